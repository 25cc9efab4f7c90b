"""`allennlp serve-queries`: a run as a machine-learning back-end of Label Studio."""

import argparse
import os
import sys
from pathlib import Path
from typing import Optional

from allennlp.commands.subcommand import Subcommand
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.commands.archives import load_tagger
from seqmix_plugin.commands.building import pick_device
from seqmix_plugin.commands.terminal import quiet_terminal, show
from seqmix_plugin.extras import check_extra
from seqmix_plugin.run.layout import CONFIG
from seqmix_plugin.run.reader import read_json


@Subcommand.register("serve-queries")
class ServeQueriesCommand(Subcommand):
    """
    `allennlp serve-queries RUN`: predictions from the newest round's model, and finished annotations written into the
    run's folder as they arrive. See `serve_queries`.

    Registered as a `Subcommand` with name "serve-queries".
    """

    def add_subparser(self, parser: argparse._SubParsersAction) -> argparse.ArgumentParser:
        subparser = parser.add_parser(
            self.name,
            description="Serve a run to Label Studio: predictions of its newest model, and a place for annotations.",
            help="Serve a run to Label Studio.",
        )
        add = subparser.add_argument
        add("run", type=str, help="the run's serialization directory; the run may go on meanwhile")
        add("--host", type=str, default="127.0.0.1", help="the address to listen on; others need credentials")
        add("--port", type=int, default=9090, help="the port to listen on; 0 takes a free one")
        add(
            "--credentials",
            type=str,
            help="a JSON file with user, password and secret; by default SEQMIX_SERVICE_USER, …_PASSWORD and …_SECRET",
        )
        add("--cuda-device", type=int, default=-1, help="the GPU to predict on; by default the CPU")
        add("--snap", action="store_true", help="widen spans that cut words to whole words")
        subparser.set_defaults(func=_serve_from_args)
        return subparser


def _serve_from_args(args: argparse.Namespace) -> None:
    with quiet_terminal("the service has ended"):
        serve_queries(args.run, args.host, args.port, args.credentials, args.cuda_device, args.snap)


def serve_queries(
    run: str,
    host: str = "127.0.0.1",
    port: int = 9090,
    credentials: Optional[str] = None,
    cuda_device: int = -1,
    snap: bool = False,
) -> None:
    """
    Answers Label Studio until SIGTERM or Ctrl-C: predictions come from the newest round's model, and annotations are
    written to `RUN/queries/round_<k>/answers/service.answers.jsonl`, from where the run takes them.

    # Parameters

    run : `str`
        The run's serialization directory.
    host : `str`, optional (default = `"127.0.0.1"`)
        The address to listen on.
    port : `int`, optional (default = `9090`)
        The port; 0 takes a free one.
    credentials : `str`, optional (default = `None`)
        A file; see `read_credentials`.
    cuda_device : `int`, optional (default = `-1`)
        The GPU to predict on; -1 is the CPU.
    snap : `bool`, optional (default = `False`)
        Widen spans that cut words to whole words, also where `trainer.oracle.snap` does not say so.

    # Raises

    `ConfigurationError`
        Before anything is served: no run, another service on it, an address that is taken or open to others without
        credentials.
    """
    check_extra("service", "serve-queries")
    from seqmix_plugin.service import Service, read_credentials
    from seqmix_plugin.service.app import create_app
    from seqmix_plugin.service.credentials import HEADER, is_loopback
    from seqmix_plugin.service.server import listen
    from seqmix_plugin.service.server import run as run_server

    known = read_credentials(credentials, os.environ)
    if known is None and not is_loopback(host):
        raise ConfigurationError(
            f"--host is {host}, which others can reach, and there are no credentials; expected --credentials, or a "
            f"loopback address such as 127.0.0.1"
        )
    service = Service(run, load_tagger, pick_device(cuda_device), snap or _snaps(run))
    try:
        listening = listen(host, port)
        name = f"[{host}]" if ":" in host else host
        address = f"http://{name}:{listening.getsockname()[1]}"
        basic, header = ("", "") if known is None else (f", Basic authentication as {known.user}", f" with {HEADER}")
        line = (
            f"{run}, {service.version}, is served at {address}; in Label Studio: Settings > Model: {address}{basic}; "
            f"Settings > Webhooks: {address}/webhook{header}"
        )
        run_server(create_app(service, known), listening, lambda: _announce(line))
        show(f"the service has ended; it has recorded {service.num_recorded:,} annotations")
    finally:
        service.close()


def _announce(line: str) -> None:
    """At once, also where it goes to a file."""
    show(line)
    sys.stdout.flush()


def _snaps(run: str) -> bool:
    """What the run's own oracle would do about spans that cut words."""
    path = Path(run) / CONFIG
    trainer = read_json(path).get("trainer") if path.exists() else None
    oracle = trainer.get("oracle") if isinstance(trainer, dict) else None
    return isinstance(oracle, dict) and oracle.get("snap") is True
