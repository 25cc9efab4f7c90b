"""`seqmix serve-queries`: a run as a machine-learning back-end of Label Studio."""

import os
from pathlib import Path
from typing import Optional

from seqmix_plugin.archives import load_tagger
from seqmix_plugin.commands.command import command
from seqmix_plugin.commands.devices import pick_device
from seqmix_plugin.configuration.annotations import at
from seqmix_plugin.console import show
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.extras import check_extra
from seqmix_plugin.io.json_text import read_object
from seqmix_plugin.run.layout import CONFIG


@command("serve-queries", interrupted="the service has ended")
def serve_queries(
    run: str,
    *,
    host: str = "127.0.0.1",
    port: int = 9090,
    credentials: Optional[str] = None,
    cuda_device: int = -1,
    snap: bool = False,
) -> None:
    """
    Serve a run to Label Studio: predictions of its newest model, and a place for annotations.

    Answers Label Studio until SIGTERM or Ctrl-C. Annotations are written to
    `RUN/queries/round_<k>/answers/service.answers.jsonl`, where the run reads them.

    # Parameters

    run : `str`
        The run's serialization directory; the run may continue meanwhile.
    host : `str`, optional (default = `"127.0.0.1"`)
        The address to listen on; one that others can reach needs credentials.
    port : `int`, optional (default = `9090`)
        The port to listen on; 0 takes a free one.
    credentials : `str`, optional (default = `None`)
        A JSON file with user, password and secret; by default SEQMIX_SERVICE_USER, …_PASSWORD and …_SECRET are read.
    cuda_device : `int`, optional (default = `-1`)
        The GPU to predict on; -1 is the CPU.
    snap : `bool`, optional (default = `False`)
        Widen spans that cut words to whole words, also where `trainer.oracle.snap` is not set.

    # Raises

    `ConfigurationError`
        Before anything is served: no run, another service on it, an address that is taken or open to others without
        credentials.
    """
    check_extra("service", "serve-queries")
    from seqmix_plugin.service import server
    from seqmix_plugin.service.app import create_app
    from seqmix_plugin.service.credentials import HEADER, is_loopback, read_credentials
    from seqmix_plugin.service.service import Service

    known = read_credentials(credentials, os.environ)
    if known is None and not is_loopback(host):
        raise ConfigurationError(
            f"--host is {host}, which others can reach, and there are no credentials; expected --credentials, or a "
            f"loopback address such as 127.0.0.1"
        )
    configuration = read_object(Path(run, CONFIG)) if Path(run, CONFIG).exists() else {}
    snap = snap or at(configuration, "trainer.oracle.snap") is True
    service = Service(run, load_tagger, pick_device(cuda_device), snap)
    try:
        listening = server.listen(host, port)
        name = f"[{host}]" if ":" in host else host
        address = f"http://{name}:{listening.getsockname()[1]}"
        basic, header = ("", "") if known is None else (f", Basic authentication as {known.user}", f" with {HEADER}")
        line = (
            f"{run}, {service.version}, is served at {address}; in Label Studio: Settings > Model: {address}{basic}; "
            f"Settings > Webhooks: {address}/webhook{header}"
        )
        server.run(create_app(service, known), listening, lambda: show(line))
        refused = f" and refused {service.num_refused:,} requests" if service.num_refused else ""
        show(f"the service has ended; it has recorded {service.webhook.log.num_added:,} annotations{refused}")
    finally:
        service.close()
