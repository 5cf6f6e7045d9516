from __future__ import annotations

import pytest
from tests.formats.servers.launches import U, check, words

from holdfast.formats.servers.recognise import Launch, recognise

STACKS = "quay.io/jupyter/scipy-notebook:2026-09-01"

TABLE = [
    (words("jupyter lab"),
     {"product": "jupyter", "version": U, "host": "localhost", "loopback": True, "port": 8888, "auth": True, "tls": False, "cors_any": False}),
    (words("jupyter lab --ip=0.0.0.0 --allow-root --no-browser --NotebookApp.token= --port 9999"),
     {"host": "0.0.0.0", "loopback": False, "auth": False, "port": 9999, "options.allow-root": "true", "options.token": "",
      "secret_in_argv": False}),
    (words("jupyter notebook --ip * --ServerApp.token='' --ServerApp.disable_check_xsrf=True"),
     {"host": "*", "loopback": False, "auth": False, "options.disable-check-xsrf": "true"}),
    (words("jupyter lab --ServerApp.token= --PasswordIdentityProvider.hashed_password=argon2:xyz"),
     {"auth": True, "secret_in_argv": False, "options.hashed-password": "***"}),
    (words("jupyter-lab --IdentityProvider.token=abc --ServerApp.allow_origin=* --certfile=c.pem"),
     {"auth": True, "secret_in_argv": True, "options.token": "***", "cors_any": True, "tls": True}),
    (words("jupyter lab --ServerApp.allow_origin_pat=.*"), {"cors_any": True}),
    (words("jupyter lab --ServerApp.identity_provider_class=acme.Provider"), {"auth": U}),
    (words("jupyter lab --config=/etc/j.py"), {"auth": U, "host": U, "tls": U, "options_complete": U}),
    (words("jupyter lab --ServerApp.token=", mounts=["/etc/jupyter"]), {"auth": U}),
    (words("jupyter lab", env={"JUPYTER_TOKEN": None}, mounts=["/root/.jupyter/jupyter_server_config.py"]), {"auth": True}),
    (words("jupyter lab", env={"JUPYTER_CONFIG_DIR": "/cfg"}), {"auth": U}),
    (words("jupyter lab --ip 0.0.0.0", more_argv=True), {"auth": U, "host": "0.0.0.0"}),
    (words("jupyter server --sock /run/j.sock"), {"loopback": True}),
    (words("python3 -m jupyterlab --port 8080"), {"port": 8080, "auth": True}),
    (Launch(image=STACKS), {"version": None, "host": "*", "loopback": False, "auth": True, "tls": False}),
    (words("start-notebook.py --IdentityProvider.token=", STACKS, args=True, env={"GEN_CERT": "yes", "NB_UID": "0"}),
     {"auth": False, "tls": True, "env.NB_UID": "0"}),
    (words("start.sh jupyter lab --ServerApp.password=", STACKS, args=True), {"auth": True, "host": "*"}),
    (Launch(image=STACKS, env={"NOTEBOOK_ARGS": "--ServerApp.token='' --ip=127.0.0.1"}), {"auth": False, "loopback": True}),
    (Launch(image=STACKS, env={"NOTEBOOK_ARGS": "'"}), {"auth": U, "options_complete": U}),
    (Launch(image=STACKS, env={"NOTEBOOK_ARGS": None}), {"auth": U}),
    (words("start-notebook.sh --ServerApp.token=", STACKS, args=True, env={"JUPYTERHUB_API_TOKEN": None}), {"auth": True, "host": U}),
    (words("jupyterhub-singleuser --ip=0.0.0.0", "acme/lab:1"), {"auth": True, "host": "0.0.0.0", "version": None}),
    (words("start-notebook.sh --ServerApp.token=", STACKS, args=True, more_env=True), {"auth": U}),
    (words("jupyter lab --ServerApp.token=", STACKS, more_env=True), {"auth": False, "host": "*"}),
    (Launch(image="kubeflownotebookswg/jupyter-scipy:v1.10.0", env_complete=False), {"auth": False}),
    (Launch(image="ghcr.io/kubeflow/kubeflow/notebook-servers/jupyter-pytorch-cuda-full:v1.10.0"),
     {"product": "jupyter", "auth": False, "host": "0.0.0.0", "cors_any": True, "version": None}),
    # JupyterHub
    (words("jupyterhub"), {"product": "jupyterhub", "host": "*", "port": 8000, "auth": True, "tls": False}),
    (words("jupyterhub -f /srv/hub.py --ip 127.0.0.1"), {"auth": U, "host": "127.0.0.1", "port": U}),
    (words("jupyterhub --JupyterHub.authenticator_class=dummy --url http://127.0.0.1:9000/hub --ssl-cert c --ssl-key k"),
     {"auth": False, "host": "127.0.0.1", "port": 9000, "tls": True}),
    (words("jupyterhub --JupyterHub.authenticator_class=dummy --DummyAuthenticator.password=x"), {"auth": True, "secret_in_argv": True}),
    (words("jupyterhub --JupyterHub.authenticator_class=$A"), {"auth": U}),
    (Launch(image="quay.io/jupyterhub/k8s-hub:4.2.0"), {"product": "jupyterhub", "version": "4.2.0", "auth": U, "host": U}),
    # code-server and RStudio
    (words("code-server"), {"product": "code-server", "host": "127.0.0.1", "port": 8080, "auth": True, "tls": False}),
    (words("--auth none .", "codercom/code-server:4.104.0", args=True), {"version": "4.104.0", "host": "0.0.0.0", "auth": False}),
    (words("code-server --cert --bind-addr 0.0.0.0:8443 --auth password", env={"PASSWORD": "p", "PORT": "9"}),
     {"tls": True, "port": 9, "auth": True, "secret_in_env": True, "env.PASSWORD": "***"}),
    (words("code-server --auth $A --config c.yaml"), {"auth": U, "host": U}),
    (Launch(image="kubeflownotebookswg/codeserver-python:v1.10.0"), {"port": 8888, "auth": False}),
    (Launch(image="rocker/rstudio:4.4.1"), {"product": "rstudio", "host": "0.0.0.0", "port": 8787, "auth": True}),
    (Launch(image="rocker/tidyverse:4.4.1", env={"DISABLE_AUTH": "true"}), {"auth": False}),
    (Launch(image="kubeflownotebookswg/rstudio-tidyverse:v1.10.0"), {"auth": False, "port": 8888}),
    (words("/usr/lib/rstudio-server/bin/rserver --www-address=127.0.0.1 --auth-none=1"), {"loopback": True, "auth": False}),
    (words("rserver", mounts=["/etc/rstudio"]), {"auth": U, "tls": U, "host": U}),
]  # fmt: skip


@pytest.mark.parametrize(("launch", "expected"), TABLE)
def test_facts(launch, expected):
    check(launch, expected)


@pytest.mark.parametrize(
    "launch",
    [
        words("jupyter nbconvert --to html a.ipynb"),
        words("jupyter"),
        words("jupyter --version"),
        words("jupyter lab build"),
        words("jupyterhub token alice"),
        words("start.sh python train.py", STACKS, args=True),
    ],
)
def test_other_commands_of_the_same_products_are_no_servers(launch):
    assert recognise(launch) == []


@pytest.mark.parametrize(
    ("env", "auth"),
    [({}, False), ({"PASSWORD": "p"}, True), ({"HASHED_PASSWORD": "p"}, True), ({"PASSWORD": None}, True), ({"PASSWORD": ""}, False)],
)  # fmt: skip
def test_linuxservers_code_server_asks_for_a_password_only_where_one_is_set(env, auth):
    (server,) = recognise(Launch(image="lscr.io/linuxserver/code-server:4.104.0", env=env))
    assert (server.auth, server.host, server.port) == (auth, "0.0.0.0", 8443)
