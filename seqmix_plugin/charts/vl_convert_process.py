"""
A script that calls functions of `vl_convert`, as standard input names them, and writes what they return.

It is a process of its own because vl-convert starts threads that do not survive a fork: a process that has drawn and
then forks, as a data loader does, would hang.
"""

import base64
import json
import sys


def main() -> None:
    """Reads a JSON list of `[function, arguments]`, and writes one of the results in Base64."""
    import vl_convert

    results = [getattr(vl_convert, name)(**arguments) for name, arguments in json.load(sys.stdin)]
    contents = [result.encode("utf-8") if isinstance(result, str) else result for result in results]
    json.dump([base64.b64encode(content).decode("ascii") for content in contents], sys.stdout)


if __name__ == "__main__":
    main()
