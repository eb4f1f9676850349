"""firebase_admin: apps, and the modules that take the services of an app.

Facts on blocking: the source of firebase-admin 7.7; `initialize_app` may read the file FIREBASE_CONFIG
names, `delete_app` closes the app's services.
"""

from typing import Any

from firebase_admin import credentials as credentials
from fixbot_effects import blocking, pure, reads

__version__: str

class App:
    name: str
    credential: Any
    options: Any
    @pure
    def __init__(self, name: str, credential: Any, options: Any) -> None: ...
    # Without the option or the variable GOOGLE_CLOUD_PROJECT it asks the credentials.
    @property
    @blocking
    @reads("auth")
    def project_id(self) -> str | None: ...

@blocking
@reads("file")
def initialize_app(credential: Any = ..., options: Any = ..., name: str = "[DEFAULT]") -> App: ...
@blocking
def delete_app(app: App) -> None: ...
@pure
def get_app(name: str = "[DEFAULT]") -> App: ...
