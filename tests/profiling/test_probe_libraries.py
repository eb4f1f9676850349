"""Calls of real client libraries to real servers are counted, each once, for the request that makes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixbot.profiling.model import EndpointResult
from tests.firestore_servers import firestore_emulator
from tests.postgres_server import postgres
from tests.profiling.services import profiled
from tests.servers import mysql_server, redis_server, s3_server

__all__ = ["firestore_emulator", "mysql_server", "postgres", "redis_server", "s3_server"]  # fixtures

HEAD = """\
import asyncio, os
from fastapi import FastAPI

app = FastAPI()
"""


def counted(folder: Path, code: str, **environment: str) -> dict[str, EndpointResult]:
    """What was counted of each endpoint of a service."""
    profile = profiled(folder, HEAD + code, environment=environment)
    assert profile.skipped == ()
    return {result.endpoint.name.removeprefix("GET /"): result for result in profile.endpoints}


def said(results: dict[str, EndpointResult]) -> dict[str, list[tuple[str, str, int, int]]]:
    """(kind, text, how often, with how many different arguments) of each call."""
    return {
        name: [(call.kind, call.text, call.count, call.distinct) for call in result.calls]
        for name, result in results.items()
    }


def blocking(results: dict[str, EndpointResult]) -> set[str]:
    return {name for name, result in results.items() if any(call.blocking for call in result.calls)}


POSTGRES = """
import asyncpg, psycopg, psycopg.sql

dsn = os.environ["DSN"]
url = os.environ["URL"]


@app.get("/psycopg")
def use_psycopg():
    with psycopg.connect(dsn) as db:
        for n in range(3):
            db.execute("SELECT %s::int", (n,))
        with db.cursor() as cursor:
            for n in range(3):
                cursor.execute(psycopg.sql.SQL("SELECT {}::int").format(n))


@app.get("/psycopg-server-cursor")
def use_server_cursor():
    with psycopg.connect(dsn) as db:
        for n in range(6):
            with db.cursor("named") as cursor:
                cursor.execute("SELECT %s::int", (n,))
                cursor.fetchall()


@app.get("/psycopg-async")
async def use_psycopg_async():
    async with await psycopg.AsyncConnection.connect(dsn) as db:
        for n in range(5):
            await db.execute("SELECT %s::int", (n,))
        async for _ in db.cursor().stream("SELECT %s::int", (5,)):
            pass


@app.get("/psycopg-in-the-loop")
async def use_psycopg_in_the_loop():
    with psycopg.connect(dsn) as db:
        db.execute("SELECT 1")


@app.get("/asyncpg")
async def use_asyncpg():
    db = await asyncpg.connect(url)
    await db.fetch("SELECT $1::int", 0)
    await db.fetchrow("SELECT $1::int", 1)
    await db.fetchval("SELECT $1::int", 2)
    await db.execute("SELECT $1::int", 3)
    statement = await db.prepare("SELECT $1::int")
    await statement.fetchval(4)
    async with db.transaction():
        async for _ in db.cursor("SELECT $1::int", 5):
            pass
    await db.close()


@app.get("/asyncpg-pool")
async def use_pool():
    async with asyncpg.create_pool(url, min_size=1, max_size=2) as pool:
        for n in range(3):
            await pool.fetchval("SELECT $1::int", n)
        async with pool.acquire() as db:
            for n in range(3, 6):
                await db.fetchval("SELECT $1::int", n)
"""


RESET = "SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL;"
"""What asyncpg's pool asks for when it takes a connection back."""


def test_postgresql(tmp_path: Path, postgres: str) -> None:
    host, port, user, database = (part.partition("=")[2] for part in postgres.split())
    url = f"postgresql://{user}@{host}:{port}/{database}"
    results = counted(tmp_path, POSTGRES, DSN=postgres, URL=url)
    query = ("sql", "SELECT ?::int", 6, 6)
    assert said(results) == {
        "psycopg": [query],
        "psycopg-server-cursor": [query],
        "psycopg-async": [query],
        "psycopg-in-the-loop": [("sql", "SELECT ?", 1, 1)],
        "asyncpg": [("sql", "BEGIN;", 1, 1), ("sql", "COMMIT;", 1, 1), query],
        "asyncpg-pool": [query, ("sql", RESET, 4, 1)],
    }
    assert blocking(results) == {"psycopg-in-the-loop"}


LAYERS = """
import psycopg2, psycopg2.extras
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

dsn = os.environ["DSN"]
url = os.environ["URL"]
engine = create_engine(url.replace("postgresql", "postgresql+psycopg2"))
async_engine = create_async_engine(url.replace("postgresql", "postgresql+asyncpg"))


@app.get("/psycopg2")
def use_psycopg2():
    db = psycopg2.connect(dsn)
    with db.cursor() as cursor:
        for n in range(3):
            cursor.execute("SELECT %s::int", (n,))
    with db.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        for n in range(3, 6):
            cursor.execute("SELECT %s::int AS n", (n,))
            assert cursor.fetchone() == {"n": n}
    db.close()


@app.get("/sqlalchemy")
def use_sqlalchemy():
    with engine.connect() as db:
        for n in range(6):
            assert db.execute(text("SELECT CAST(:n AS int)"), {"n": n}).scalar() == n


@app.get("/sqlalchemy-async")
async def use_sqlalchemy_async():
    async with async_engine.connect() as db:
        for n in range(6):
            assert (await db.execute(text("SELECT CAST(:n AS int)"), {"n": n})).scalar() == n
"""


def test_what_stands_on_drivers_of_postgresql(tmp_path: Path, postgres: str) -> None:
    host, port, user, database = (part.partition("=")[2] for part in postgres.split())
    url = f"postgresql://{user}@{host}:{port}/{database}"
    results = counted(tmp_path, LAYERS, DSN=postgres, URL=url)
    many = {name: [call for call in calls if call[2] > 1] for name, calls in said(results).items()}
    assert many == {
        "psycopg2": [("sql", "SELECT ?::int", 3, 3), ("sql", "SELECT ?::int AS n", 3, 3)],
        "sqlalchemy": [("sql", "SELECT CAST(? AS int)", 6, 6)],
        "sqlalchemy-async": [("sql", "SELECT CAST(? AS int)", 6, 6)],
    }
    assert blocking(results) == set()


MYSQL = """
import aiomysql, pymysql

port = int(os.environ["DATABASE_PORT"])
where = {"host": "127.0.0.1", "port": port, "user": "root"}


@app.get("/pymysql")
def use_pymysql():
    with pymysql.connect(**where) as db:
        with db.cursor() as cursor:
            for n in range(5):
                cursor.execute("SELECT %s", (n,))
        with db.cursor(pymysql.cursors.SSDictCursor) as cursor:
            cursor.execute("SELECT %s", (5,))
            cursor.fetchall()


@app.get("/pymysql-many")
def use_pymysql_many():
    with pymysql.connect(database="tests", **where) as db, db.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE things (n INT)")
        cursor.executemany("INSERT INTO things VALUES (%s)", [(n,) for n in range(6)])
        cursor.executemany("DELETE FROM things WHERE n = %s", [(n,) for n in range(6)])


@app.get("/aiomysql")
async def use_aiomysql():
    async with aiomysql.create_pool(**where) as pool, pool.acquire() as db, db.cursor() as cursor:
        for n in range(6):
            await cursor.execute("SELECT %s", (n,))
"""


@pytest.mark.slow
def test_mysql(tmp_path: Path, mysql_server: int) -> None:
    results = counted(tmp_path, MYSQL, DATABASE_PORT=str(mysql_server))
    assert said(results) == {
        "pymysql": [("sql", "SELECT ?", 6, 6)],
        "pymysql-many": [
            ("sql", "CREATE TEMPORARY TABLE things (n INT)", 1, 1),
            ("sql", "DELETE FROM things WHERE n = ?", 6, 6),
            ("sql", "INSERT INTO things VALUES (?)", 1, 1),
        ],
        "aiomysql": [("sql", "SELECT ?", 6, 6)],
    }


REDIS = """
import redis, redis.asyncio

url = os.environ["CACHE"]


@app.get("/redis")
def use_redis():
    with redis.Redis.from_url(url) as cache:
        for n in range(6):
            cache.get(f"key {n}")


@app.get("/redis-in-the-loop")
async def use_redis_in_the_loop():
    with redis.Redis.from_url(url) as cache:
        cache.set("x", 1)


@app.get("/redis-pipeline")
def use_pipeline():
    with redis.Redis.from_url(url) as cache, cache.pipeline() as pipeline:
        for n in range(6):
            pipeline.set(f"key {n}", n).get(f"key {n}")
        pipeline.execute()
        pipeline.execute()


@app.get("/redis-async")
async def use_redis_async():
    async with redis.asyncio.Redis.from_url(url) as cache:
        await asyncio.gather(*(cache.get(f"key {n}") for n in range(6)))


@app.get("/redis-async-pipeline")
async def use_async_pipeline():
    async with redis.asyncio.Redis.from_url(url) as cache, cache.pipeline() as pipeline:
        for n in range(6):
            pipeline.get(f"key {n}")
        await pipeline.execute()
"""


def test_redis(tmp_path: Path, redis_server: str) -> None:
    results = counted(tmp_path, REDIS, CACHE=redis_server)
    assert said(results) == {
        "redis": [("redis", "GET", 6, 6)],
        "redis-in-the-loop": [("redis", "SET", 1, 1)],
        "redis-pipeline": [("redis", "pipeline SET GET", 1, 1)],
        "redis-async": [("redis", "GET", 6, 6)],
        "redis-async-pipeline": [("redis", "pipeline GET", 1, 1)],
    }
    assert blocking(results) == {"redis-in-the-loop"}


S3 = """
import boto3

where = {"endpoint_url": os.environ["STORE"], "region_name": "us-east-1"}
keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
store = boto3.client("s3", **where, **keys)
store.create_bucket(Bucket="things")
for n in range(6):
    store.put_object(Bucket="things", Key=f"{n}", Body=b"x" * n)


@app.get("/get")
def get():
    for n in range(6):
        assert len(store.get_object(Bucket="things", Key=f"{n}")["Body"].read()) == n


@app.get("/resource")
async def resource():
    bucket = boto3.resource("s3", **where, **keys).Bucket("things")
    return [each.key for each in bucket.objects.all()]
"""


@pytest.mark.slow
def test_s3(tmp_path: Path, s3_server: str) -> None:
    results = counted(tmp_path, S3, STORE=s3_server)
    assert said(results) == {
        "get": [("object storage", "s3.GetObject things", 6, 6)],
        "resource": [("object storage", "s3.ListObjects things", 1, 1)],
    }
    assert blocking(results) == {"resource"}


GRPC = """
from concurrent import futures
import grpc


def echo(request, context):
    return request


def twice(request, context):
    yield request
    yield request


def joined(requests, context):
    return b"".join(requests)


server = grpc.server(futures.ThreadPoolExecutor(4))
handlers = {
    "Get": grpc.unary_unary_rpc_method_handler(echo),
    "List": grpc.unary_stream_rpc_method_handler(twice),
    "Join": grpc.stream_unary_rpc_method_handler(joined),
}
server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("shop.v1.Things", handlers)])
where = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
server.start()
channel = grpc.insecure_channel(where)
get, list_, join = (
    getattr(channel, shape)(f"/shop.v1.Things/{name}")
    for shape, name in (("unary_unary", "Get"), ("unary_stream", "List"), ("stream_unary", "Join"))
)


class Passing(grpc.UnaryUnaryClientInterceptor):
    def intercept_unary_unary(self, continuation, details, request):
        return continuation(details, request)


intercepted = grpc.intercept_channel(channel, Passing()).unary_unary("/shop.v1.Things/Get")


@app.get("/sync")
def use_sync():
    for n in range(4):
        assert get(b"%d" % n) == b"%d" % n
    get.with_call(b"4")
    get.future(b"5").result()


@app.get("/streams")
def use_streams():
    for n in range(6):
        assert list(list_(b"%d" % n)) == 2 * [b"%d" % n]
    assert join(iter([b"a", b"b"])) == b"ab"


@app.get("/intercepted")
def use_interceptor():
    for n in range(6):
        intercepted(b"%d" % n)


@app.get("/in-the-loop")
async def use_in_the_loop():
    get(b"x")


@app.get("/aio")
async def use_aio():
    async with grpc.aio.insecure_channel(where) as channel:
        get = channel.unary_unary("/shop.v1.Things/Get")
        await asyncio.gather(*(get(b"%d" % n) for n in range(6)))


@app.get("/aio-streams")
async def use_aio_streams():
    async with grpc.aio.insecure_channel(where) as channel:
        list_ = channel.unary_stream("/shop.v1.Things/List")
        for n in range(6):
            assert [each async for each in list_(b"%d" % n)] == 2 * [b"%d" % n]
"""


def test_grpc(tmp_path: Path) -> None:
    results = counted(tmp_path, GRPC)
    gets, lists = ("grpc", "Things/Get", 6, 6), ("grpc", "Things/List", 6, 6)
    assert said(results) == {
        "sync": [gets],
        "streams": [("grpc", "Things/Join", 1, 1), lists],
        "intercepted": [gets],
        "in-the-loop": [("grpc", "Things/Get", 1, 1)],
        "aio": [gets],
        "aio-streams": [lists],
    }
    assert blocking(results) == {"in-the-loop"}


FIRESTORE = """
from google.cloud import firestore

client = firestore.Client(project="p-profiled")
made = {}


def users(n):
    return client.collection("users").document(f"u{n}")


for n in range(6):
    users(n).set({"n": n, "x": "x" * n})


def in_this_loop():
    loop = asyncio.get_running_loop()
    if loop not in made:
        made[loop] = firestore.AsyncClient(project="p-profiled")
    return made[loop]


@app.get("/gets")
def gets():
    return [users(n).get().get("n") for n in range(6)]


@app.get("/batch")
def batch():
    return len([each for each in client.get_all([users(n) for n in range(6)])])


@app.get("/in-the-loop")
async def blocks():
    return users(1).get().get("n")


@app.get("/async-gets")
async def async_gets():
    users = in_this_loop().collection("users")
    return [(await users.document(f"u{n}").get()).get("n") for n in range(6)]


@app.get("/async-query")
async def async_query():
    return [each.id async for each in in_this_loop().collection("users").where("n", ">", 3).stream()]


@app.get("/sets")
def sets():
    for n in range(6):
        users(n).set({"n": n})
"""


@pytest.mark.filterwarnings("ignore:Detected filter using positional")
def test_firestore(tmp_path: Path, firestore_emulator: str) -> None:
    results = counted(tmp_path, FIRESTORE, FIRESTORE_EMULATOR_HOST=firestore_emulator)
    reads = ("firestore", "Firestore/BatchGetDocuments users/*", 6, 6)
    assert said(results) == {
        "gets": [reads],
        "batch": [("firestore", "Firestore/BatchGetDocuments users/*", 1, 1)],
        "in-the-loop": [("firestore", "Firestore/BatchGetDocuments users/*", 1, 1)],
        "async-gets": [reads],
        "async-query": [("firestore", "Firestore/RunQuery query of users", 1, 1)],
        "sets": [("firestore", "Firestore/Commit users/*", 6, 6)],
    }
    assert blocking(results) == {"in-the-loop"}
