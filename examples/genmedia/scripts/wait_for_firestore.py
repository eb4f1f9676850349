"""Wait until the local Firestore emulator answers: `python scripts/wait_for_firestore.py`."""

import os
import sys
import time

import httpx


def main(attempts: int = 30) -> int:
    host = os.environ.get("FIRESTORE_EMULATOR_HOST", "127.0.0.1:8080")
    for attempt in range(attempts):
        try:
            if httpx.get(f"http://{host}/", timeout=1.0).status_code == 200:
                print(f"Firestore answers on {host}")
                return 0
        except httpx.HTTPError as e:
            print(f"Attempt {attempt + 1}: {e}")
        # A script of its own process has nothing else to do meanwhile.
        time.sleep(1)
    return 1


if __name__ == "__main__":
    sys.exit(main())
