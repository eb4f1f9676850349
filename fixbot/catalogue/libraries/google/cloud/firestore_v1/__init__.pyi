"""google.cloud.firestore_v1: re-exports, as the library does.

Facts on blocking: the source of google-cloud-firestore 2.34; each class is in its own module here.
"""

from google.cloud.firestore_v1 import types as types
from google.cloud.firestore_v1._helpers import ExistsOption as ExistsOption
from google.cloud.firestore_v1._helpers import GeoPoint as GeoPoint
from google.cloud.firestore_v1._helpers import LastUpdateOption as LastUpdateOption
from google.cloud.firestore_v1._helpers import ReadAfterWriteError as ReadAfterWriteError
from google.cloud.firestore_v1._helpers import WriteOption as WriteOption
from google.cloud.firestore_v1.async_batch import AsyncWriteBatch as AsyncWriteBatch
from google.cloud.firestore_v1.async_client import AsyncClient as AsyncClient
from google.cloud.firestore_v1.async_collection import (
    AsyncCollectionReference as AsyncCollectionReference,
)
from google.cloud.firestore_v1.async_document import (
    AsyncDocumentReference as AsyncDocumentReference,
)
from google.cloud.firestore_v1.async_pipeline import AsyncPipeline as AsyncPipeline
from google.cloud.firestore_v1.async_query import AsyncQuery as AsyncQuery
from google.cloud.firestore_v1.async_transaction import AsyncTransaction as AsyncTransaction
from google.cloud.firestore_v1.async_transaction import async_transactional as async_transactional
from google.cloud.firestore_v1.base_aggregation import CountAggregation as CountAggregation
from google.cloud.firestore_v1.base_document import DocumentSnapshot as DocumentSnapshot
from google.cloud.firestore_v1.base_pipeline import SubPipeline as SubPipeline
from google.cloud.firestore_v1.base_query import And as And
from google.cloud.firestore_v1.base_query import FieldFilter as FieldFilter
from google.cloud.firestore_v1.base_query import Or as Or
from google.cloud.firestore_v1.batch import WriteBatch as WriteBatch
from google.cloud.firestore_v1.bson import BSONBinary as BSONBinary
from google.cloud.firestore_v1.bson import BSONDecimal128 as BSONDecimal128
from google.cloud.firestore_v1.bson import BSONInt32 as BSONInt32
from google.cloud.firestore_v1.bson import BSONMaxKey as BSONMaxKey
from google.cloud.firestore_v1.bson import BSONMinKey as BSONMinKey
from google.cloud.firestore_v1.bson import BSONObjectId as BSONObjectId
from google.cloud.firestore_v1.bson import BSONRegex as BSONRegex
from google.cloud.firestore_v1.bson import BSONTimestamp as BSONTimestamp
from google.cloud.firestore_v1.bson import BSONType as BSONType
from google.cloud.firestore_v1.client import Client as Client
from google.cloud.firestore_v1.collection import CollectionReference as CollectionReference
from google.cloud.firestore_v1.document import DocumentReference as DocumentReference
from google.cloud.firestore_v1.pipeline import Pipeline as Pipeline
from google.cloud.firestore_v1.pipeline_result import AsyncPipelineStream as AsyncPipelineStream
from google.cloud.firestore_v1.pipeline_result import PipelineResult as PipelineResult
from google.cloud.firestore_v1.pipeline_result import PipelineSnapshot as PipelineSnapshot
from google.cloud.firestore_v1.pipeline_result import PipelineStream as PipelineStream
from google.cloud.firestore_v1.pipeline_source import PipelineSource as PipelineSource
from google.cloud.firestore_v1.pipeline_types import FindNearestOptions as FindNearestOptions
from google.cloud.firestore_v1.pipeline_types import Ordering as Ordering
from google.cloud.firestore_v1.pipeline_types import PipelineDataType as PipelineDataType
from google.cloud.firestore_v1.pipeline_types import SampleOptions as SampleOptions
from google.cloud.firestore_v1.pipeline_types import SearchOptions as SearchOptions
from google.cloud.firestore_v1.pipeline_types import TimeGranularity as TimeGranularity
from google.cloud.firestore_v1.pipeline_types import TimePart as TimePart
from google.cloud.firestore_v1.pipeline_types import TimeUnit as TimeUnit
from google.cloud.firestore_v1.pipeline_types import UnnestOptions as UnnestOptions
from google.cloud.firestore_v1.query import CollectionGroup as CollectionGroup
from google.cloud.firestore_v1.query import Query as Query
from google.cloud.firestore_v1.query_profile import ExplainOptions as ExplainOptions
from google.cloud.firestore_v1.query_profile import PipelineExplainOptions as PipelineExplainOptions
from google.cloud.firestore_v1.transaction import Transaction as Transaction
from google.cloud.firestore_v1.transaction import transactional as transactional
from google.cloud.firestore_v1.transforms import DELETE_FIELD as DELETE_FIELD
from google.cloud.firestore_v1.transforms import SERVER_TIMESTAMP as SERVER_TIMESTAMP
from google.cloud.firestore_v1.transforms import ArrayRemove as ArrayRemove
from google.cloud.firestore_v1.transforms import ArrayUnion as ArrayUnion
from google.cloud.firestore_v1.transforms import Increment as Increment
from google.cloud.firestore_v1.transforms import Maximum as Maximum
from google.cloud.firestore_v1.transforms import Minimum as Minimum
from google.cloud.firestore_v1.types import DocumentTransform as DocumentTransform
from google.cloud.firestore_v1.watch import Watch as Watch

__version__: str
