# The commands of docs/install.md in an image, for the CPU:
#     docker build -t seqmix_plugin .
#     docker run --rm -it --user "$(id -u):$(id -g)" -v "$PWD:/project" seqmix_plugin --help
FROM python:3.12-slim AS wheel
COPY . /source
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheel /source

FROM python:3.12-slim
ARG TORCH_BACKEND=cpu
ENV UV_COMPILE_BYTECODE=1 UV_NO_CACHE=1 UV_SYSTEM_PYTHON=1 UV_TORCH_BACKEND=$TORCH_BACKEND
RUN pip install --no-cache-dir uv==0.13.9
COPY --from=wheel /wheel /wheel
WORKDIR /wheel
RUN uv pip install "seqmix_plugin-0.2.0-py3-none-any.whl[report,annotate,service]" && \
    uv pip install --no-deps allennlp==2.10.1

# Commands run in the mounted folder, as a user who need not be known in the image.
ENV HOME=/project
WORKDIR /project
ENTRYPOINT ["seqmix"]
CMD ["--help"]
