"""google.genai: the Gen AI client; re-exports, as the library does.

Facts on blocking: the source of google-genai 3.4.
"""

from google.genai import chats as chats
from google.genai import client as client
from google.genai import errors as errors
from google.genai import files as files
from google.genai import live as live
from google.genai import models as models
from google.genai import types as types
from google.genai.client import Client as Client

__version__: str
