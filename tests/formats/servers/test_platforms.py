from __future__ import annotations

import pytest
from tests.formats.servers.launches import U, check, words

from holdfast.formats.servers.recognise import Launch, recognise

RAY = "rayproject/ray:2.51.0-py311-gpu"

TABLE = [
    # Ray
    (words("ray start --head --dashboard-host=0.0.0.0 --block", RAY),
     {"product": "ray", "version": "2.51.0", "host": "0.0.0.0", "loopback": False, "port": 8265, "auth": False, "options.block": "true"}),
    (words("ray start --head", RAY, env={"RAY_AUTH_MODE": "token"}), {"auth": False}),
    (words("ray start --head --dashboard-port 9000", "rayproject/ray:2.52.0", env={"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "t"}),
     {"auth": True, "loopback": True, "port": 9000, "secret_in_env": True, "env.RAY_AUTH_TOKEN": "***"}),
    (words("ray start --head", env={"RAY_AUTH_MODE": "disabled"}), {"auth": False}),
    (words("ray start --head", env={"RAY_AUTH_MODE": None}), {"auth": U}),
    (words("ray start --head", "rayproject/ray:2.59.0", env={"RAY_AUTH_TOKEN": None}), {"auth": True}),
    (words("ray start --head", "rayproject/ray:2.60.0", env={"RAY_AUTH_TOKEN_PATH": "/t"}), {"auth": True}),
    (words("ray start --head", "rayproject/ray:2.60.0"), {"auth": False}),
    (words("ray start --head", "rayproject/ray:2.58.0", env={"RAY_AUTH_TOKEN": None}), {"auth": False}),
    (words("ray start --head", "rayproject/ray:latest", env={"RAY_AUTH_TOKEN": None}), {"auth": U}),
    (words("ray start --head", "rayproject/ray:2.60.0", env={"RAY_AUTH_TOKEN": None, "RAY_AUTH_MODE": "disabled"}), {"auth": False}),
    (words("ray start --head", more_env=True), {"auth": U}),
    (words("ray start", more_argv=True), {"host": U, "auth": False}),
    (words("serve run app:main --host 0.0.0.0 -p 8001", RAY), {"product": "ray-serve", "version": "2.51.0", "host": "0.0.0.0", "port": 8001, "auth": False}),
    (words("serve run config.yaml"), {"host": U, "port": U}),
    (words("serve start --http-host 127.0.0.1"), {"loopback": True, "port": 8000}),
    # Slurm
    (words("slurmrestd -v -a rest_auth/jwt :6820"), {"product": "slurmrestd", "host": "*", "loopback": False, "port": 6820, "auth": True, "tls": U}),
    (words("slurmrestd unix:/run/slurmrestd.socket"), {"loopback": True, "port": None, "tls": U}),
    (words("slurmrestd https://127.0.0.1:6820 unix:/run/a"), {"loopback": True, "port": 6820, "tls": True}),
    (words("slurmrestd", env={"SLURMRESTD_LISTEN": "0.0.0.0:1", "SLURMRESTD_SECURITY": "become_user"}),
     {"host": "0.0.0.0", "port": 1, "env.SLURMRESTD_SECURITY": "become_user"}),
    (words("slurmrestd $SLURMRESTD_OPTIONS"), {"product": "slurmrestd", "loopback": U}),
    (words("munged --force -S /run/m"), {"product": "munge", "host": "/run/m", "loopback": True, "options.force": "true"}),
    # Prometheus
    (words("prometheus --config.file=/p.yml --web.enable-lifecycle --no-web.enable-admin-api", "prom/prometheus:v3.5.0"),
     {"product": "prometheus", "version": "3.5.0", "host": "*", "loopback": False, "port": 9090, "auth": False, "tls": False, "cors_any": True,
      "options.web.enable-lifecycle": "true", "options.web.enable-admin-api": "false"}),
    (words("--web.listen-address=127.0.0.1:9091 --web.cors.origin=https://a.test", "quay.io/prometheus/prometheus:v3.5.0", args=True),
     {"loopback": True, "port": 9091, "cors_any": False}),
    (words("prometheus --web.config.file /web.yml"), {"auth": U, "tls": U}),
    (words("prometheus", more_argv=True), {"host": U, "auth": U}),
    # MLflow
    (words("mlflow server -h 0.0.0.0 -p5001 --backend-store-uri postgresql://m:pw@db/m", "ghcr.io/mlflow/mlflow:v3.5.0"),
     {"product": "mlflow", "version": "3.5.0", "host": "0.0.0.0", "port": 5001, "auth": False, "tls": False, "cors_any": False,
      "secret_in_argv": True, "options.backend-store-uri": "postgresql://m:***@db/m", "default_secret": False}),
    (words("mlflow ui"), {"host": "127.0.0.1", "loopback": True, "port": 5000, "auth": False}),
    (words("mlflow server --app-name basic-auth --no-serve-artifacts --host $H"),
     {"auth": True, "host": U, "options.serve-artifacts": "false", "default_secret": U}),
    (words("mlflow server --app-name basic-auth", "ghcr.io/mlflow/mlflow:v3.16.0"), {"default_secret": U}),
    (words("mlflow server --app-name basic-auth", "ghcr.io/mlflow/mlflow:v3.17.0"), {"default_secret": False}),
    (words("mlflow server", env={"MLFLOW_HOST": "0.0.0.0", "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": "*", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "true"}),
     {"host": "0.0.0.0", "cors_any": True, "env.MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "true"}),
    (words("mlflow server --disable-security-middleware --gunicorn-opts=--certfile=c"), {"cors_any": True, "tls": True}),
    (words("mlflow server", more_env=True), {"host": U, "tls": U, "cors_any": U}),
    (words("mlflow models serve -m runs:/1/m --no-conda"), {"auth": False, "options.model-uri": "runs:/1/m", "default_secret": None}),
    # TensorBoard
    (words("tensorboard --logdir /runs --bind_all"), {"product": "tensorboard", "host": "0.0.0.0", "loopback": False, "port": 6006, "auth": False}),
    (words("python -m tensorboard.main --logdir=/runs --port default"), {"host": "localhost", "loopback": True, "port": 6006}),
    (words("tensorboard --logdir /r --host 10.1.2.3 --port 80"), {"host": "10.1.2.3", "loopback": False, "port": 80}),
    (words("tensorboard --logdir /r", more_argv=True), {"host": U, "port": U}),
    # W&B
    (Launch(image="wandb/local:0.70.0", env={"LICENSE": "x.y", "MYSQL": "mysql://u:p@h/d"}),
     {"product": "wandb", "version": "0.70.0", "port": 8080, "auth": U, "env.LICENSE": "***", "secret_in_env": True}),
    # Open WebUI
    (Launch(image="ghcr.io/open-webui/open-webui:v0.6.30"),
     {"product": "open-webui", "version": "0.6.30", "host": "0.0.0.0", "port": 8080, "auth": True, "cors_any": True, "default_secret": False}),
    (Launch(image="ghcr.io/open-webui/open-webui:main", env={"WEBUI_AUTH": "False", "CORS_ALLOW_ORIGIN": "https://a.test", "ENABLE_SIGNUP": "true"}),
     {"version": None, "auth": False, "cors_any": False, "env.ENABLE_SIGNUP": "true"}),
    (words("bash start.sh", "ghcr.io/open-webui/open-webui:main", more_env=True), {"auth": U, "default_secret": U}),
    (words("open-webui serve --port 3000", env={"WEBUI_SECRET_KEY": "t0p-s3cr3t"}), {"port": 3000, "default_secret": True}),
    # Airflow
    (words("api-server", "apache/airflow:3.1.0-python3.12", args=True),
     {"product": "airflow", "version": "3.1.0", "host": "0.0.0.0", "port": 8080, "auth": True, "tls": False, "cors_any": False}),
    (words("airflow standalone", env={"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True"}), {"auth": False}),
    (words("airflow webserver -p8081 -H 127.0.0.1", env={"AIRFLOW__API__AUTH_BACKENDS": "airflow.api.auth.backend.default"}),
     {"auth": False, "port": 8081, "loopback": True}),
    (words("airflow webserver", env={"AIRFLOW__API__AUTH_BACKENDS": None}), {"auth": U}),
    (words("api-server", "apache/airflow:3.1.0", env={"AIRFLOW__API__AUTH_BACKENDS": "airflow.api.auth.backend.default"}, args=True), {"auth": True}),
    (words("webserver", "apache/airflow:2.10.0", env={"AIRFLOW__API__AUTH_BACKENDS": "airflow.api.auth.backend.default"}, args=True), {"auth": False}),
    (words("airflow webserver", env={"AIRFLOW__API__AUTH_BACKENDS": "airflow.api.auth.backend.session", "AIRFLOW__CORE__FERNET_KEY": "f"}),
     {"auth": True, "secret_in_env": True}),
    (words("webserver", "apache/airflow:2.10.0", args=True, mounts=["/opt/airflow/airflow.cfg"]), {"auth": U, "host": U}),
    # Prefect, Argo, Dask
    (words("prefect server start --host 0.0.0.0", "prefecthq/prefect:3.4.1-python3.12"),
     {"product": "prefect", "version": "3.4.1", "host": "0.0.0.0", "port": 4200, "auth": False, "cors_any": True}),
    (words("prefect server start", env={"PREFECT_SERVER_API_AUTH_STRING": "a:b"}), {"auth": True, "loopback": True, "secret_in_env": True}),
    (words("server --auth-mode=server --auth-mode=sso --secure=false", "quay.io/argoproj/argocli:v3.7.0", args=True),
     {"product": "argo", "version": "3.7.0", "host": "0.0.0.0", "port": 2746, "auth": False, "tls": False, "options.auth-mode": "server,sso"}),
    (words("argo server"), {"auth": True, "tls": True, "cors_any": False}),
    (words("argo server", env={"ARGO_AUTH_MODE": "$MODE"}), {"auth": U}),
    (words("dask scheduler", "ghcr.io/dask/dask:2026.1.0"), {"product": "dask", "host": "0.0.0.0", "port": 8786, "auth": False, "tls": False}),
    (words("dask-scheduler --host tcp://127.0.0.1:9999 --tls-cert c.pem"), {"loopback": True, "port": 9999, "auth": True, "tls": True}),
    (words("dask scheduler", env={"DASK_DISTRIBUTED__COMM__TLS__SCHEDULER__CERT": "c.pem"}), {"auth": True, "tls": True}),
    (words("dask scheduler", "ghcr.io/dask/dask:2026.1.0", mounts=["/etc/dask"]), {"auth": U, "tls": U}),
    (words("dask scheduler", more_argv=True), {"auth": U, "tls": U}),
]  # fmt: skip


@pytest.mark.parametrize(("launch", "expected"), TABLE)
def test_facts(launch, expected):
    check(launch, expected)


@pytest.mark.parametrize(
    "launch",
    [
        words("ray start --address=head:6379 --block"),
        words("ray start --block"),
        words("ray job submit"),
        words("serve -s build"),
        words("mlflow run ."),
        words("tensorboard dev upload"),
        words("tensorboard --inspect"),
        words("open-webui --help"),
        words("scheduler", "apache/airflow:3.1.0", args=True),
        words("prefect worker start"),
        words("argo submit w.yaml"),
        words("dask worker tcp://s:8786"),
        Launch(image=RAY),
        words("python train.py", RAY),
    ],
)
def test_other_commands_of_the_same_products_are_no_servers(launch):
    assert recognise(launch) == []


def test_grafana():
    check(
        Launch(image="grafana/grafana:12.0.0"),
        {"product": "grafana", "version": "12.0.0", "host": "0.0.0.0", "port": 3000, "auth": True, "default_secret": U},
    )
    anonymous = {"GF_AUTH_ANONYMOUS_ENABLED": "true", "GF_SECURITY_ADMIN_PASSWORD": "admin"}
    check(
        Launch(image="grafana/grafana-oss", env=anonymous),
        {"auth": False, "default_secret": True, "secret_in_env": True},
    )
    check(words("grafana server --config /etc/g.ini"), {"host": U, "auth": U})
    assert recognise(words("grafana cli plugins ls")) == []
