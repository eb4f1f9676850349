"""requests.status_codes: `codes.ok` and the like.

Facts on blocking: constants only.
"""

from requests.structures import LookupDict

codes: LookupDict[int]
