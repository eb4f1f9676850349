"""firebase_admin.messaging: push messages; each send is a request, or many in threads of its own.

Facts on blocking: the source of firebase-admin 7.7. The library declares the classes in private modules.
"""

from typing import Any

from firebase_admin import exceptions
from fixbot_effects import async_twin, blocking, pure, writes

class Message:
    data: Any
    notification: Any
    android: Any
    webpush: Any
    apns: Any
    fcm_options: Any
    token: str | None
    topic: str | None
    condition: str | None
    @pure
    def __init__(
        self,
        data: Any = ...,
        notification: Any = ...,
        android: Any = ...,
        webpush: Any = ...,
        apns: Any = ...,
        fcm_options: Any = ...,
        token: Any = ...,
        topic: Any = ...,
        condition: Any = ...,
        **kwargs: Any,
    ) -> None: ...

class MulticastMessage:
    tokens: Any
    data: Any
    notification: Any
    android: Any
    webpush: Any
    apns: Any
    fcm_options: Any
    @pure
    def __init__(
        self,
        tokens: Any = ...,
        data: Any = ...,
        notification: Any = ...,
        android: Any = ...,
        webpush: Any = ...,
        apns: Any = ...,
        fcm_options: Any = ...,
        **kwargs: Any,
    ) -> None: ...

class Notification:
    title: str | None
    body: str | None
    image: str | None
    @pure
    def __init__(self, title: Any = ..., body: Any = ..., image: Any = ...) -> None: ...

class AndroidConfig:
    @pure
    def __init__(
        self,
        collapse_key: Any = ...,
        priority: Any = ...,
        ttl: Any = ...,
        restricted_package_name: Any = ...,
        data: Any = ...,
        notification: Any = ...,
        fcm_options: Any = ...,
        **kwargs: Any,
    ) -> None: ...

class AndroidNotification:
    @pure
    def __init__(
        self,
        title: Any = ...,
        body: Any = ...,
        icon: Any = ...,
        color: Any = ...,
        sound: Any = ...,
        tag: Any = ...,
        click_action: Any = ...,
        **kwargs: Any,
    ) -> None: ...

class AndroidFCMOptions:
    @pure
    def __init__(self, analytics_label: Any = ...) -> None: ...

class LightSettings:
    @pure
    def __init__(self, color: Any, light_on_duration_millis: Any, light_off_duration_millis: Any) -> None: ...

class APNSConfig:
    @pure
    def __init__(
        self, headers: Any = ..., payload: Any = ..., fcm_options: Any = ..., **kwargs: Any
    ) -> None: ...

class APNSPayload:
    @pure
    def __init__(self, aps: Any, **kwargs: Any) -> None: ...

class APNSFCMOptions:
    @pure
    def __init__(self, analytics_label: Any = ..., image: Any = ...) -> None: ...

class Aps:
    @pure
    def __init__(
        self,
        alert: Any = ...,
        badge: Any = ...,
        sound: Any = ...,
        content_available: Any = ...,
        category: Any = ...,
        thread_id: Any = ...,
        mutable_content: Any = ...,
        custom_data: Any = ...,
    ) -> None: ...

class ApsAlert:
    @pure
    def __init__(self, title: Any = ..., subtitle: Any = ..., body: Any = ..., **kwargs: Any) -> None: ...

class CriticalSound:
    @pure
    def __init__(self, name: Any, critical: Any = ..., volume: Any = ...) -> None: ...

class FCMOptions:
    @pure
    def __init__(self, analytics_label: Any = ...) -> None: ...

class WebpushConfig:
    @pure
    def __init__(
        self, headers: Any = ..., data: Any = ..., notification: Any = ..., fcm_options: Any = ...
    ) -> None: ...

class WebpushNotification:
    @pure
    def __init__(
        self,
        title: Any = ...,
        body: Any = ...,
        icon: Any = ...,
        actions: Any = ...,
        badge: Any = ...,
        data: Any = ...,
        **kwargs: Any,
    ) -> None: ...

class WebpushNotificationAction:
    @pure
    def __init__(self, action: Any, title: Any, icon: Any = ...) -> None: ...

class WebpushFCMOptions:
    @pure
    def __init__(self, link: Any = ...) -> None: ...

class ErrorInfo:
    index: int
    reason: str
    @pure
    def __init__(self, index: int, reason: str) -> None: ...

class TopicManagementResponse:
    success_count: int
    failure_count: int
    errors: list[ErrorInfo]
    @pure
    def __init__(self, resp: Any) -> None: ...

class SendResponse:
    message_id: str | None
    success: bool
    exception: Any
    @pure
    def __init__(self, resp: Any, exception: Any) -> None: ...

class BatchResponse:
    responses: list[SendResponse]
    success_count: int
    failure_count: int
    @pure
    def __init__(self, responses: list[SendResponse]) -> None: ...

class QuotaExceededError(exceptions.ResourceExhaustedError): ...
class SenderIdMismatchError(exceptions.PermissionDeniedError): ...
class ThirdPartyAuthError(exceptions.UnauthenticatedError): ...
class UnregisteredError(exceptions.NotFoundError): ...

@blocking
@writes("http")
def send(message: Message, dry_run: bool = False, app: Any = ...) -> str: ...
@async_twin("firebase_admin.messaging.send_each_async")
@blocking
@writes("http")
def send_each(messages: list[Message], dry_run: bool = False, app: Any = ...) -> BatchResponse: ...
@writes("http")
async def send_each_async(
    messages: list[Message], dry_run: bool = False, app: Any = ...
) -> BatchResponse: ...
@async_twin("firebase_admin.messaging.send_each_for_multicast_async")
@blocking
@writes("http")
def send_each_for_multicast(
    multicast_message: MulticastMessage, dry_run: bool = False, app: Any = ...
) -> BatchResponse: ...
@writes("http")
async def send_each_for_multicast_async(
    multicast_message: MulticastMessage, dry_run: bool = False, app: Any = ...
) -> BatchResponse: ...
@async_twin("firebase_admin.messaging.subscribe_to_topic_async")
@blocking
@writes("http")
def subscribe_to_topic(tokens: Any, topic: str, app: Any = ...) -> TopicManagementResponse: ...
@writes("http")
async def subscribe_to_topic_async(tokens: Any, topic: str, app: Any = ...) -> TopicManagementResponse: ...
@blocking
@writes("http")
def subscribe_to_topic_legacy(tokens: Any, topic: str, app: Any = ...) -> TopicManagementResponse: ...
@async_twin("firebase_admin.messaging.unsubscribe_from_topic_async")
@blocking
@writes("http")
def unsubscribe_from_topic(tokens: Any, topic: str, app: Any = ...) -> TopicManagementResponse: ...
@writes("http")
async def unsubscribe_from_topic_async(
    tokens: Any, topic: str, app: Any = ...
) -> TopicManagementResponse: ...
@blocking
@writes("http")
def unsubscribe_from_topic_legacy(tokens: Any, topic: str, app: Any = ...) -> TopicManagementResponse: ...
