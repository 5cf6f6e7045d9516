from __future__ import annotations

import pytest
from tests.collect.kubernetes.reading import facts, one

from holdfast.core.fact import UNSET


def policy(spec: str):
    return facts(
        f"{{apiVersion: nvidia.com/v1, kind: ClusterPolicy, metadata: {{name: cluster-policy}}, spec: {spec}}}"
    )


def component(found, name):
    return next(item for item in found.components if item.name == name)


def test_defaults_of_the_operator():
    found = policy("{}")
    deployed = {item.name for item in found.components if item.enabled}
    assert deployed == {"driver", "toolkit", "devicePlugin", "dcgm", "dcgmExporter", "gfd", "migManager"}
    assert {(item.image, item.version, item.digest) for item in found.components} == {(None, None, None)}
    assert (found.cdi_enabled, found.envvar_devices_unprivileged, found.volume_mount_devices) == (UNSET, True, False)
    assert (found.mig_strategy, found.precompiled_driver) == (None, False)
    assert (found.device_list_strategies, found.confidential_mode, found.data_class) == ([], None, None)


@pytest.mark.parametrize(
    ("part", "image", "version", "digest"),
    [
        ("{repository: nvcr.io/nvidia, image: driver, version: 580.65.06}", "nvcr.io/nvidia/driver", "580.65.06", False),
        ("{repository: nvcr.io/nvidia, image: driver, version: 'sha256:ab'}", "nvcr.io/nvidia/driver", None, True),
        ("{repository: nvcr.io/nvidia, image: driver, version: '1.2@sha256:ab'}", "nvcr.io/nvidia/driver", "1.2", True),
        ("{image: 'nvcr.io:443/nvidia/driver:1.2@sha256:ab'}", "nvcr.io:443/nvidia/driver:1.2@sha256:ab", "1.2", True),
        ("{image: 'nvcr.io/nvidia/driver@sha256:ab'}", "nvcr.io/nvidia/driver@sha256:ab", None, True),
        ("{image: 'nvcr.io:443/nvidia/driver:1.2'}", "nvcr.io:443/nvidia/driver:1.2", "1.2", False), ("{image: 'nvcr.io:443/nvidia/driver'}", "nvcr.io:443/nvidia/driver", None, None),
        ("{repository: '${R}', image: driver, version: '${V}'}", UNSET, UNSET, UNSET), ("{version: 580}", None, UNSET, UNSET),
    ],
)  # fmt: skip
def test_images_of_operands(part, image, version, digest):
    found = component(policy(f"{{driver: {part}}}"), "driver")
    assert (found.image, found.version, found.digest) == (image, version, digest)


def test_operands_that_cannot_be_read():
    found = policy(
        "{dcgm: '${D}', gds: {enabled: true}, toolkit: {enabled: '${T}'}, driver: '${X}', devicePlugin: '${P}', cdi: x, mig: x}"
    )
    assert (component(found, "dcgm").enabled, component(found, "gds").enabled, component(found, "toolkit").enabled) == (
        UNSET,
        True,
        UNSET,
    )
    assert found.precompiled_driver is UNSET
    assert (found.device_list_strategies, policy("{ccManager: x}").confidential_mode) == (UNSET, UNSET)
    assert (found.cdi_enabled, found.mig_strategy, found.envvar_devices_unprivileged) == (UNSET, UNSET, UNSET)


def test_settings_of_the_operator():
    found = policy(
        "{cdi: {enabled: false}, mig: {strategy: mixed}, driver: {usePrecompiled: true, kernelModuleConfig: {name: k}}, devicePlugin: {config: {name: shared}}}"
    )
    assert (found.cdi_enabled, found.mig_strategy, found.precompiled_driver) == (False, "mixed", True)
    assert found.device_list_strategies is UNSET
    assert policy("{mig: {strategy: '${S}'}}").mig_strategy is UNSET


@pytest.mark.parametrize(
    ("manager", "mode"),
    [
        ("{enabled: true, defaultMode: devtools}", "devtools"), ("{enabled: true}", UNSET),
        ("{enabled: false, defaultMode: devtools}", None), ("{enabled: true, defaultMode: ''}", UNSET),
        ("{enabled: '${E}', defaultMode: devtools}", UNSET), ("{enabled: true, defaultMode: '${M}'}", UNSET),
    ],
)  # fmt: skip
def test_confidential_computing(manager, mode):
    assert policy(f"{{ccManager: {manager}}}").confidential_mode == mode


def test_the_class_of_data_that_labels_declare():
    asset = one(
        "apiVersion: nvidia.com/v1\nkind: ClusterPolicy\nmetadata:\n  name: a\n  labels: {data-class: Restricted}\n"
    )
    assert (asset.facts.data_class, asset.spot("data_class").line) == ("restricted", 5)


@pytest.mark.parametrize(
    ("plugin", "strategies"),
    [
        ("{env: [{name: DEVICE_LIST_STRATEGY, value: 'cdi-cri, volume-mounts'}]}", ["cdi-cri", "volume-mounts"]),
        ("{env: [{name: DEVICE_LIST_STRATEGY, value: envvar}], config: {name: c}}", ["envvar"]),
        ("{config: {name: c}}", UNSET), ("{config: {name: ''}}", []), ("{env: '${E}'}", UNSET),
        ("{env: [{name: DEVICE_LIST_STRATEGY, value: '${E}'}]}", UNSET),
    ],
)  # fmt: skip
def test_how_the_plugin_tells_containers_their_devices(plugin, strategies):
    assert policy(f"{{devicePlugin: {plugin}}}").device_list_strategies == strategies


E, M = "ACCEPT_NVIDIA_VISIBLE_DEVICES_ENVVAR_WHEN_UNPRIVILEGED", "ACCEPT_NVIDIA_VISIBLE_DEVICES_AS_VOLUME_MOUNTS"


@pytest.mark.parametrize(
    ("toolkit", "by_environment", "by_mounts"),
    [
        (f"{{env: [{{name: {E}, value: 'false'}}, {{name: {M}, value: 'true'}}]}}", False, True), (f"{{env: [{{name: {E}, value: 0}}]}}", False, False),
        (f"{{env: [{{name: {E}, value: '${{V}}'}}, {{name: {M}, value: maybe}}]}}", UNSET, UNSET), (f"{{env: [{{name: {E}, value: 'false'}}, {{name: {E}, value: T}}]}}", True, False),
        ("{env: '${E}'}", UNSET, UNSET), ("{enabled: false}", UNSET, UNSET), (f"{{env: [{{name: {E}}}]}}", UNSET, False), ("{env: [{name: OTHER, value: x}]}", True, False),
    ],
)  # fmt: skip
def test_how_the_toolkit_lets_containers_choose_devices(toolkit, by_environment, by_mounts):
    found = policy(f"{{toolkit: {toolkit}}}")
    assert (found.envvar_devices_unprivileged, found.volume_mount_devices) == (by_environment, by_mounts)


def test_nvidia_driver():
    found = facts(
        "{apiVersion: nvidia.com/v1alpha1, kind: NVIDIADriver, metadata: {name: d}, spec: {repository: r, image: i, version: '580', usePrecompiled: true, gds: {enabled: true}}}"
    )
    assert [(item.name, item.enabled, item.image) for item in found.components] == [
        ("driver", True, "r/i"),
        ("gds", True, None),
        ("gdrcopy", False, None),
    ]
    assert (found.precompiled_driver, found.cdi_enabled, found.mig_strategy) == (True, UNSET, UNSET)


def test_what_an_nvidia_driver_cannot_say_is_not_asked():
    asset = one("apiVersion: nvidia.com/v1alpha1\nkind: NVIDIADriver\nmetadata: {name: d}\nspec: {version: '580'}\n")
    assert asset.partial
    assert asset.facts.precompiled_driver is False
    assert asset.spots.keys() >= {"name", "precompiled_driver"}
    assert asset.facts.components[0].version == "580"


def test_places():
    asset = one(
        "apiVersion: nvidia.com/v1\nkind: ClusterPolicy\nmetadata: {name: a}\nspec:\n  driver:\n    version: '1'\n  dcgm:\n    version: '2'\n"
    )
    assert asset.spot("components[0].version")[:2] == (6, 5)
    assert asset.spot("components[3].version")[:2] == (8, 5)


def claim(requests: str, kind: str = "ResourceClaim", version: str = "v1"):
    spec = f"{{devices: {{requests: {requests}}}}}"
    return facts(
        f"{{apiVersion: resource.k8s.io/{version}, kind: {kind}, metadata: {{name: c, namespace: ai}}, spec: {spec if kind == 'ResourceClaim' else f'{{spec: {spec}}}'}}}"
    )


@pytest.mark.parametrize(
    ("requests", "admin", "classes", "every"),
    [
        ("[]", False, [], False), ("[{name: a, exactly: {deviceClassName: gpu.nvidia.com}}]", False, ["gpu.nvidia.com"], False),
        ("[{name: a, exactly: {deviceClassName: g, adminAccess: true, allocationMode: All}}]", True, ["g"], True),
        ("[{name: a, deviceClassName: g, adminAccess: true, allocationMode: ExactCount, count: 2}]", True, ["g"], False),
        ("[{firstAvailable: [{deviceClassName: a}, {deviceClassName: b, allocationMode: All}]}, {exactly: {deviceClassName: a}}]", False, ["a", "b"], True),
        ("[{exactly: {deviceClassName: '${C}', adminAccess: '${A}', allocationMode: '${M}'}}]", UNSET, UNSET, UNSET),
        ("'${R}'", UNSET, UNSET, UNSET), ("[{exactly: '${R}'}]", UNSET, UNSET, UNSET), ("[{firstAvailable: ['${R}']}]", UNSET, UNSET, UNSET),
    ],
)  # fmt: skip
def test_claims(requests, admin, classes, every):
    for kind, version in (("ResourceClaim", "v1"), ("ResourceClaimTemplate", "v1beta1"), ("ResourceClaim", "v1beta2")):
        found = claim(requests, kind, version)
        assert (found.controller, found.namespace, found.admin_access, found.device_classes, found.all_devices) == (
            kind,
            "ai",
            admin,
            classes,
            every,
        )


def test_claims_of_the_classic_api_are_unobserved():
    found = facts(
        "{apiVersion: resource.k8s.io/v1alpha2, kind: ResourceClaim, metadata: {name: c}, spec: {resourceClassName: gpu}}"
    )
    assert (found.admin_access, found.device_classes) == (UNSET, UNSET)


def test_device_classes_ask_for_nothing():
    found = facts(
        "{apiVersion: resource.k8s.io/v1, kind: DeviceClass, metadata: {name: gpu.nvidia.com}, spec: {selectors: []}}"
    )
    assert (found.controller, found.namespace, found.admin_access, found.device_classes, found.all_devices) == (
        "DeviceClass",
        None,
        False,
        [],
        False,
    )
