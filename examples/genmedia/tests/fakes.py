"""A bucket in memory, with as much of the Cloud Storage client as the service uses."""

from __future__ import annotations


class FakeBlob:
    def __init__(self, bucket: FakeBucket, name: str) -> None:
        self.bucket = bucket
        self.name = name

    def upload_from_string(self, data: bytes, content_type: str) -> None:
        self.bucket.files[self.name] = (data, content_type)

    def exists(self) -> bool:
        return self.name in self.bucket.files

    def delete(self) -> None:
        del self.bucket.files[self.name]


class FakeBucket:
    def __init__(self) -> None:
        self.files: dict[str, tuple[bytes, str]] = {}

    def blob(self, name: str) -> FakeBlob:
        return FakeBlob(self, name)


class FakeStorageClient:
    def __init__(self) -> None:
        self.buckets: dict[str, FakeBucket] = {}

    def bucket(self, name: str) -> FakeBucket:
        return self.buckets.setdefault(name, FakeBucket())
