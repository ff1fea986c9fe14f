# Two images. The last and default one holds the project with its packages and runs the Golden Path on the sample:
#
#     docker build --tag elt-data-warehouse . && docker run --rm elt-data-warehouse
#
# A run and its key must outlive the container, so for exports of your own mount a folder that holds the project:
#
#     docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/project" elt-data-warehouse --cores 4 --config seed=42
#
# `development` is what .devcontainer/ opens: the tools that tests need; the packages go to .venv there, as in README.md.

FROM python:3.11-slim AS python
ENV PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
RUN useradd --create-home --uid 1000 elt
WORKDIR /project

FROM python AS development
RUN apt-get update \
    && apt-get install --yes --no-install-recommends chromium fonts-dejavu-core git postgresql \
    && rm -rf /var/lib/apt/lists/*
USER elt

FROM python AS golden_path
# Whoever runs it may have no home here: caches of Snakemake and matplotlib go to /tmp.
ENV HOME=/tmp
COPY envs/requirements.txt envs/requirements.txt
RUN pip install --require-hashes --requirement envs/requirements.txt
COPY --chown=elt . .
RUN chown elt /project
USER elt
ENTRYPOINT ["snakemake"]
CMD ["--cores", "4", "--config", "seed=42"]
