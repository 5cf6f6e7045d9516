"""Jupyter and JupyterHub from their own files."""

from __future__ import annotations

import pytest
from tests.collect.configs.on_disk import findings, gaps, items, server, servers

from holdfast.core.asset import Asset, Spot
from holdfast.core.fact import UNSET

NAME = "jupyter_server_config.py"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("c.ServerApp.token = ''", {"auth": False, "host": UNSET, "loopback": UNSET, "port": UNSET}),
        (
            "c.ServerApp.ip = '*'\nc.NotebookApp.token = ''\nc.NotebookApp.password = u''",
            {"auth": False, "loopback": False},
        ),
        ("c.ServerApp.ip = '0.0.0.0'", {"auth": True, "loopback": False, "tls": False}),
        ("c.IdentityProvider.token = 'abc'", {"auth": True}),
        ("c.IdentityProvider.token = os.environ['T']", {"auth": True, "file_secrets": []}),
        ("c.IdentityProvider.token = os.environ.get('T', '')", {"auth": UNSET}),
        (
            "c.ServerApp.token = ''\nc.PasswordIdentityProvider.hashed_password = 'argon2:x'",
            {"auth": True, "file_secrets": []},
        ),
        ("c.ServerApp.identity_provider_class = Own", {"auth": UNSET}),
        ("c.ServerApp.certfile = '/x.pem'", {"tls": True}),
        ("c.ServerApp.allow_origin = '*'", {"cors_any": True}),
        ("c.ServerApp.port = 9999\nload_subconfig('x.py')", {"port": 9999, "auth": UNSET}),
        ("if x:\n    c.ServerApp.token = ''", {"auth": UNSET}),
    ],
)
def test_facts(tmp_path, text, facts):
    found = server(tmp_path, {NAME: f"c = get_config()\n{text}\n"})
    assert {name: getattr(found, name) for name in facts} == facts
    assert found.product == "jupyter"


def test_a_notebook_that_anybody_opens(tmp_path):
    text = "c.ServerApp.ip = '0.0.0.0'\nc.ServerApp.token = ''\nc.ServerApp.allow_root = True\nc.ServerApp.disable_check_xsrf = True\n"
    assert [each for each in findings(tmp_path, {NAME: text}) if each[1] == "fail"] == [
        ("jupyter-allows-root", "fail", 3), ("jupyter-without-authentication", "fail", 1), ("jupyter-without-xsrf-check", "fail", 4),
    ]  # fmt: skip
    (asset,) = servers(tmp_path, {})
    assert (asset.spots["auth"], asset.source) == (Spot(2, 1), "config")


def test_a_quiet_configuration_has_nothing_to_find(tmp_path):
    text = "c = get_config()  # noqa\nc.ServerApp.open_browser = False\nc.ServerApp.root_dir = '/srv'\n"
    assert findings(tmp_path, {NAME: text}, "ai-default") == []


def test_json(tmp_path):
    files = {"jupyter_notebook_config.json": '{"NotebookApp": {"token": "", "ip": "0.0.0.0"}}'}
    (asset,) = servers(tmp_path, files)
    assert (asset.facts.auth, asset.facts.loopback, asset.spots["auth"]) == (False, False, Spot(1, 18))
    assert gaps(tmp_path, {"jupyter_server_config.json": "{"}) == [("jupyter_server_config.json", "unreadable", 2)]
    assert servers(tmp_path / "x", {"jupyter_server_config.json": "[1]"}) == []


def test_files_that_set_nothing_say_nothing(tmp_path):
    files = {NAME: "# c = get_config()\n", "jupyter_lab_config.py": "c.LanguageServerManager.x = 1\n"}
    assert [item for item in items(tmp_path, files) if isinstance(item, Asset)] == []
    assert gaps(tmp_path, {NAME: "c.A.b = (\n"}) == [(NAME, "unreadable", 1)]


HUB = "jupyterhub_config.py"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("c.JupyterHub.bind_url = 'https://0.0.0.0:443'", {"host": "0.0.0.0", "port": 443, "auth": True, "tls": False}),
        ("c.JupyterHub.ip = '127.0.0.1'\nc.JupyterHub.ssl_cert = '/c'", {"loopback": True, "tls": True}),
        ("c.JupyterHub.authenticator_class = 'dummy'", {"auth": False, "port": 8000, "loopback": False}),
        ("from x import DummyAuthenticator\nc.JupyterHub.authenticator_class = DummyAuthenticator", {"auth": False}),
        ("c.JupyterHub.authenticator_class = 'dummy'\nc.DummyAuthenticator.password = 'pw'", {"auth": True}),
        ("c.JupyterHub.authenticator_class = f()", {"auth": UNSET}),
        (
            "class A(Authenticator):\n  def authenticate(self): pass\nc.JupyterHub.authenticator_class = A",
            {"auth": UNSET},
        ),
    ],
)
def test_hub(tmp_path, text, facts):
    found = server(tmp_path, {HUB: f"{text}\n"})
    assert {name: getattr(found, name) for name in facts} == facts
    assert found.product == "jupyterhub"


def test_a_hub_with_everything_open(tmp_path):
    text = """\
    c.JupyterHub.authenticator_class = "native"
    c.NativeAuthenticator.open_signup = True
    c.DockerSpawner.volumes = {"/var/run/docker.sock": "/var/run/docker.sock"}
    c.ConfigurableHTTPProxy.auth_token = "hunter2hunter2"
    """
    found = findings(tmp_path, {HUB: text}, "ai-default")
    assert [each[0] for each in found if each[1] == "fail"] == [
        "jupyterhub-hands-out-the-host",
        "jupyterhub-open-signup",
        "server-secret-in-file",
    ]
    assert [each.name for each in server(tmp_path, {}).file_secrets] == ["ConfigurableHTTPProxy.auth-token"]


CHART = """\
hub:
  config:
    JupyterHub:
      authenticator_class: dummy
proxy:
  secretToken: abcdef0123456789
singleuser:
  cloudMetadata:
    blockWithIptables: false
  networkPolicy:
    enabled: false
"""


@pytest.mark.parametrize("text", [CHART, "jupyterhub:\n" + "".join(f"  {line}\n" for line in CHART.splitlines())])
def test_values_of_the_chart(tmp_path, text):
    found = findings(tmp_path, {"values.yaml": text}, "ai-default")
    assert ("jupyterhub-dummy-authenticator", "fail") in {each[:2] for each in found}
    assert ("jupyterhub-users-reach-cloud-metadata", "fail") in {each[:2] for each in found}
    (asset,) = servers(tmp_path, {})
    assert (asset.facts.auth, asset.facts.host, asset.facts.tls) == (UNSET, "*", UNSET)
    assert asset.spots["auth"].line == 4 + text.startswith("jupyterhub")
    assert [each.name.rpartition(".")[2] for each in asset.facts.file_secrets] == ["secretToken"]


def test_values_that_leave_the_login_to_others(tmp_path):
    text = "hub:\n  db: {type: sqlite-pvc}\nsingleuser:\n  image: {tag: latest}\n"
    assert server(tmp_path, {"values.yaml": text}).auth is UNSET
    assert [each for each in findings(tmp_path, {}, "ai-default") if each[1] == "fail"] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("singleuser: 1\nhub: {}\n", []), ("a: 'singleuser:'\n", []), ("singleuser: {}\nhub: {{ x }}\n", []), ("- singleuser: {}\n", []),
        ("litellm_params: {}\nhub: {{ x }}\n", [("values.yaml", "template", 2)]), ("litellm_params: {}\nhub: [\n", [("values.yaml", "unreadable", 3)]),
    ],
)  # fmt: skip
def test_other_documents(tmp_path, text, said):
    assert servers(tmp_path, {"values.yaml": text}) == []
    assert gaps(tmp_path, {}) == said


def test_too_many_documents(tmp_path):
    assert [each[1] for each in gaps(tmp_path, {"values.yaml": "a: 1\n---\n" * 100_001 + "singleuser: {}\n"})] == [
        "unreadable"
    ]


@pytest.mark.parametrize(
    "text",
    [
        'c.ServerApp.update({"ip": "*", "token": ""})', 'c.ServerApp.update(ip="*", token="")', 'c.ServerApp.ip = "*"\nsetattr(c.ServerApp, "token", "")',
        'c.merge({"ServerApp": {"ip": "*", "token": ""}})', 'c.ServerApp = Config({"ip": "*", "token": ""})', 'c.ServerApp = {"ip": "*", "token": ""}',
        'config = get_config()\nconfig.ServerApp.token = ""\nconfig.ServerApp.ip = "*"', 's = c.ServerApp\ns.token = ""\ns.ip = "*"',
        'mine = dict(ip="*", token="")\nc.ServerApp.update(mine)' , 'c.ServerApp.ip, c.ServerApp.token = "*", ""',
    ],
)  # fmt: skip
def test_every_way_to_set_a_trait(tmp_path, text):
    assert ("jupyter-without-authentication", "fail") in {each[:2] for each in findings(tmp_path, {NAME: text + "\n"})}


@pytest.mark.parametrize(
    "text",
    [
        'for k in ("ServerApp",):\n    c[k].token = ""', 'from base import *\nc.ServerApp.ip = "0.0.0.0"', "from base import c\nc.ServerApp.ip = '*'",
        "x = configure(c)", "if x:\n    s = c.ServerApp\n    s.token = ''", "c.merge(other)", "c.ServerApp.update(**other)", "setattr(c.ServerApp, name, '')",
        "s = c.ServerApp\ns = c.LabApp\ns.token = ''", "c = other()", "load_subconfig('x.py')", "c.ServerApp.ip = '*'\nget(c.ServerApp)",
        "f(c.A)[0].b = 1\nc[x].update(a=1)\nsetattr(c[x], 'token', '')",
    ],
)  # fmt: skip
def test_what_may_set_more_leaves_the_login_open(tmp_path, text):
    found = {each[:2] for each in findings(tmp_path, {NAME: text + "\n"})}
    assert {("jupyter-without-authentication", "unknown"), ("jupyter-allows-root", "unknown")} <= found


def test_a_setting_that_is_not_resolved_is_open_and_no_pass(tmp_path):
    text = "c.ServerApp.allow_root = os.environ.get('X')\nc.ServerApp.disable_check_xsrf = os.environ['X']\n"
    found = {each[:2] for each in findings(tmp_path, {NAME: text})}
    assert {("jupyter-allows-root", "unknown"), ("jupyter-without-xsrf-check", "unknown")} <= found
    text = "c.JupyterHub.authenticator_class = os.environ.get('AUTH', 'dummy')\n"
    assert ("jupyterhub-dummy-authenticator", "unknown") in {e[:2] for e in findings(tmp_path / "x", {HUB: text})}


def held(tmp_path, text, name=HUB):
    found = {each[:2] for each in findings(tmp_path, {name: text + "\n"}, "ai-default")}
    return {rule.removeprefix("jupyterhub-"): status for rule, status in found if "host" in rule}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("c.DockerSpawner.extra_host_config = dict(privileged=True)", {"hands-out-the-host": "fail"}),
        ("c.KubeSpawner.extra_container_config = {'securityContext': {'privileged': True}}", {"hands-out-the-host": "fail"}),
        ("c.KubeSpawner.container_security_context = {'capabilities': {'add': ['SYS_ADMIN']}}", {"hands-out-the-host": "fail"}),
        ("c.DockerSpawner.read_only_volumes = {'/var/run/docker.sock': '/var/run/docker.sock'}", {"hands-out-the-host": "fail"}),
        ("c.DockerSpawner.extra_host_config = {'binds': ['/x:/x', '/:/host:ro']}", {"hands-out-the-host": "fail"}),
        ("c.KubeSpawner.profile_list = [{'kubespawner_override': {'volumes': [{'hostPath': {'path': '/run/containerd/containerd.sock'}}]}}]", {"hands-out-the-host": "fail"}),
        ("c.KubeSpawner.extra_pod_config = {'hostPID': True, 'hostNetwork': True}", {"shares-host-namespaces": "fail"}),
        ("c.KubeSpawner.extra_pod_config.update({'host_ipc': True})", {"shares-host-namespaces": "fail"}),
        ("c.KubeSpawner.privileged = os.environ.get('P')", {"hands-out-the-host": "unknown"}),
        ("c.DockerSpawner.mounts = [Mount('/a', '/b')]", {"hands-out-the-host": "unknown"}),
        ("c.DockerSpawner.volumes = {os.environ['HOST']: '/data'}", {"hands-out-the-host": "unknown"}),
        ("c.KubeSpawner.profile_list = profiles", {"hands-out-the-host": "unknown", "shares-host-namespaces": "unknown"}),
        ("c.DockerSpawner.volumes = {'jupyterhub-user-{username}': os.environ['DIR']}", {}),
        ("c.DockerSpawner.environment = {'A': os.environ['B']}", {}),
    ],
)  # fmt: skip
def test_hubs_that_hand_out_the_host(tmp_path, text, found):
    assert held(tmp_path, text) == found


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("hub: {config: {JupyterHub: {authenticator_class: dummy}}}\n", 1),
        ("hub:\n  extraConfig:\n    a: |\n      # x\n      c.JupyterHub.authenticator_class = 'dummy'\n", 5),
        ("singleuser: {}\nhub:\n  extraConfig: c.JupyterHub.authenticator_class = 'dummy'\n", 3),
        ("hub:\n  config: {JupyterHub: {authenticator_class: pam}}\n  extraConfig:\n    b: c.JupyterHub.authenticator_class = 'dummy'\n    a: c.JupyterHub.authenticator_class = 'pam'\n", 4),
    ],
)  # fmt: skip
def test_parts_of_the_values_of_the_chart(tmp_path, text, line):
    assert ("jupyterhub-dummy-authenticator", "fail", line) in findings(tmp_path, {"values.yaml": text}, "ai-default")


def test_python_in_values_that_is_none_is_a_gap(tmp_path):
    files = {"values.yaml": "singleuser: {}\nhub:\n  extraConfig:\n    a: |\n      c.X.y =\n    b: 1\n"}
    assert gaps(tmp_path, files) == [("values.yaml", "unreadable", 5)]
    assert gaps(tmp_path / "x", {"values.yaml": "hub:\n  extraConfig: {a: 'x = 1'}\n  config: {Other: 1}\n"}) == []


def test_namespaces_of_the_host_in_values(tmp_path):
    text = "hub: {}\nsingleuser: {extraPodConfig: {hostNetwork: true}}"
    assert held(tmp_path, text, "values.yaml") == {"shares-host-namespaces": "fail"}


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("google", "c.GoogleOAuthenticator.allow_all = True", "jupyterhub-admits-a-whole-provider"),
        ("oauthenticator.gitlab.GitLabOAuthenticator", "c.OAuthenticator.allow_all = True", "jupyterhub-admits-a-whole-provider"),
        ("globus", "c.Authenticator.allow_all = True", "jupyterhub-admits-a-whole-provider"),
        ("firstuseauthenticator.FirstUseAuthenticator", "c.Authenticator.allow_all = True", "jupyterhub-open-signup"),
        ("tmp", "", "jupyterhub-open-signup"),
    ],
)  # fmt: skip
def test_who_is_let_in(tmp_path, name, text, rule):
    text = f"c.JupyterHub.authenticator_class = '{name}'\n{text}\n"
    assert rule in {each[0] for each in findings(tmp_path, {HUB: text}, "ai-default") if each[1] == "fail"}


@pytest.mark.parametrize("value", ["x()", "os.environ['A']"])
def test_who_is_let_in_stays_open_where_it_is_not_resolved(tmp_path, value):
    text = f"c.JupyterHub.authenticator_class = 'google'\nc.Authenticator.allow_all = {value}\n"
    assert ("jupyterhub-admits-a-whole-provider", "unknown") in {e[:2] for e in findings(tmp_path, {HUB: text})}


def test_a_login_that_a_variable_of_a_script_names_is_open(tmp_path):
    files = {"hub.sh": "jupyterhub --ip 0.0.0.0 --JupyterHub.authenticator_class=$AUTH\n"}
    assert ("jupyterhub-dummy-authenticator", "unknown", 1) in findings(tmp_path, files, "ai-default")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("class My(DummyAuthenticator): pass\n", {("jupyterhub-dummy-authenticator", "fail", 2)}),
        ("class My(PAMAuthenticator): pass\n", set()),
        ("class My(Authenticator):\n  def authenticate(self): pass\n", set()),
        (
            "class My(DummyAuthenticator):\n  def authenticate(self): pass\n",
            {("jupyterhub-dummy-authenticator", "unknown", 3)},
        ),
    ],
)
def test_an_authenticator_that_the_file_makes(tmp_path, text, found):
    text = f"{text}c.JupyterHub.authenticator_class = My\n"
    rows = findings(tmp_path, {"jupyterhub_config.py": text}, "ai-default")
    assert {row for row in rows if row[0] == "jupyterhub-dummy-authenticator"} == found


def test_a_credential_of_a_service_is_shown_where_it_stands(tmp_path):
    text = "c.JupyterHub.authenticator_class = 'pam'\n\nc.JupyterHub.services = [\n  {'name': 'x', 'api_token': 'abcdef0123456789abcdef0123456789'}]\n"
    rows = findings(tmp_path, {"jupyterhub_config.py": text}, "ai-default")
    assert ("server-secret-in-file", "fail", 3) in rows


LITTLEST = "auth:\n  type: {}\n  FirstUseAuthenticator: {{create_users: true}}\n{}"


@pytest.mark.parametrize(
    ("more", "tls"), [("", False), ("https: {enabled: false}\n", False), ("https: {enabled: true}\n", True)]
)
def test_the_littlest_jupyterhub(tmp_path, more, tls):
    text = LITTLEST.format("firstuseauthenticator.FirstUseAuthenticator", more)
    found = server(tmp_path, {"tljh/config/config.yaml": text})
    assert (found.product, found.host, found.loopback, found.tls, found.auth) == ("jupyterhub", "*", False, tls, True)
    assert found.options["FirstUseAuthenticator.create-users"] == "true"


def test_the_littlest_jupyterhub_with_its_testing_authenticator(tmp_path):
    text = LITTLEST.format("dummyauthenticator.DummyAuthenticator", "users: {admin: [a]}\n")
    rows = findings(tmp_path, {"config.yaml": text}, "ai-default")
    assert ("jupyterhub-dummy-authenticator", "fail", 2) in rows
    assert servers(tmp_path, {"config.yaml": text.replace("users:", "people:")}) == []
    assert servers(tmp_path, {"config.yaml": "auth: uthenticator\n"}) == []
