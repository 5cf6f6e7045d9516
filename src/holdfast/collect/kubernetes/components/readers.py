"""The native kinds that configure a cluster's own components."""

from __future__ import annotations

from holdfast.collect.kubernetes.components import admission, audit, cluster_api, encryption, kubeadm, kubelet
from holdfast.collect.kubernetes.elements import Reader, Table
from holdfast.kinds.admission_configuration import AdmissionConfiguration
from holdfast.kinds.audit_policy import AuditPolicy
from holdfast.kinds.encryption_configuration import EncryptionConfiguration
from holdfast.kinds.kubelet import Kubelet

POD_SECURITY = "pod-security.admission.config.k8s.io"
READERS: Table = {
    ("kubelet.config.k8s.io", "KubeletConfiguration"): Reader(
        Kubelet, kubelet.configuration, partial=kubelet.filled_in_elsewhere
    ),
    ("kubeadm.k8s.io", "ClusterConfiguration"): kubeadm.CLUSTER,
    ("kubeadm.k8s.io", "InitConfiguration"): kubeadm.NODE,
    ("kubeadm.k8s.io", "JoinConfiguration"): kubeadm.NODE,
    ("apiserver.config.k8s.io", "EncryptionConfiguration"): Reader(EncryptionConfiguration, encryption.encryption),
    # Up to Kubernetes 1.12 the file had another name and the same form.
    ("", "EncryptionConfig"): Reader(EncryptionConfiguration, encryption.encryption),
    ("audit.k8s.io", "Policy"): Reader(AuditPolicy, audit.audit_policy),
    ("apiserver.config.k8s.io", "AdmissionConfiguration"): Reader(AdmissionConfiguration, admission.admission),
    **cluster_api.READERS,
    (POD_SECURITY, "PodSecurityConfiguration"): Reader(AdmissionConfiguration, admission.pod_security),
}
