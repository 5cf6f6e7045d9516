from __future__ import annotations

import pytest
from tests.formats.servers.launches import U, check, words

from holdfast.formats.servers.recognise import Launch, recognise

VLLM = "vllm/vllm-openai:v0.11.2"
LLAMA = "ghcr.io/ggml-org/llama.cpp:server-cuda-b5002"
TRITON = "nvcr.io/nvidia/tritonserver:25.09-py3"

TABLE = [
    # vLLM
    (words("vllm serve acme/chat-7b"),
     {"product": "vllm", "version": U, "image": None, "host": "0.0.0.0", "loopback": False, "port": 8000, "auth": False,
      "tls": False, "trust_remote_code": False, "cors_any": True, "options.model": "acme/chat-7b", "secret_in_argv": False,
      "secret_in_env": False, "default_secret": None, "options_complete": True, "env_complete": True}),
    (words("--model acme/chat-7b --tensor-parallel-size 4 --max_model_len=8192", VLLM, args=True),
     {"version": "0.11.2", "image": VLLM, "options.tensor-parallel-size": "4", "options.max-model-len": "8192", "auth": False}),
    (words("vllm serve acme/chat-7b --api-key k-1 --host 127.0.0.1 --port 9001 --trust-remote-code", VLLM),
     {"auth": True, "secret_in_argv": True, "options.api-key": "***", "host": "127.0.0.1", "loopback": True, "port": 9001,
      "trust_remote_code": True}),
    (words("vllm serve m --api-key $KEY --host $(POD_IP) --port $P", VLLM),
     {"auth": True, "secret_in_argv": False, "options.api-key": "$", "host": U, "loopback": U, "port": U}),
    (words("vllm serve m --api-key first --api-key $KEY"), {"secret_in_argv": True, "options.api-key": "$"}),
    (words("--model m", VLLM, args=True, env={"VLLM_API_KEY": None, "VLLM_SERVER_DEV_MODE": "1", "OTHER": "x"}),
     {"auth": True, "env.VLLM_API_KEY": "$", "env.VLLM_SERVER_DEV_MODE": "1", "env.OTHER": None, "secret_in_env": False}),
    (words("--model m", VLLM, args=True, env={"VLLM_API_KEY": "k-2"}),
     {"auth": True, "env.VLLM_API_KEY": "***", "secret_in_env": True}),
    (words("--model m", VLLM, args=True, more_env=True),
     {"auth": U, "host": "0.0.0.0", "secret_in_env": U, "env_complete": U, "options_complete": True}),
    (words("--model m --api-key $K", VLLM, args=True, more_env=True), {"auth": True}),
    (words("vllm serve m --host ::1", more_argv=True),
     {"host": "::1", "loopback": True, "port": U, "auth": U, "tls": U, "trust_remote_code": U, "cors_any": U,
      "secret_in_argv": U, "options_complete": U}),
    (words("vllm serve --config /etc/vllm.yaml --port 8001"),
     {"port": 8001, "host": U, "auth": U, "options_complete": U, "secret_in_argv": False}),
    (words("vllm serve --enable-lora acme/chat --no-trust-remote-code --uds /run/v.sock"),
     {"options.model": "acme/chat", "options.enable-lora": "true", "options.trust-remote-code": "false",
      "trust_remote_code": False, "host": "/run/v.sock", "loopback": True}),
    (words('vllm serve m --allowed-origins ["https://chat.acme.test"] --ssl-certfile /c.pem --ssl-keyfile /k.pem'),
     {"cors_any": False, "tls": True}),
    (words("vllm serve m --allowed-media-domains a.test b.test --quantization awq"),
     {"options.allowed-media-domains": "a.test b.test", "options.quantization": "awq"}),
    (words("python3 -m vllm.entrypoints.openai.api_server --model m", "registry.acme.test/llm:v7"), {"version": None}),
    (words("uvx --from vllm[audio]==0.10.1 vllm serve m"), {"version": "0.10.1"}),
    (words("vllm serve m", "vllm/vllm-openai@sha256:00"), {"version": None}),
    (words("vllm serve m", "vllm/vllm-openai:$TAG"), {"version": U}),
    (words("/opt/serve.sh", VLLM), {"product": "vllm", "version": "0.11.2", "host": U, "auth": U, "options_complete": U}),
    (Launch(image="public.ecr.test/vllm-openai-rocm:v0.9.0"), {"product": "vllm", "version": "0.9.0"}),
    # SGLang
    (words("python -m sglang.launch_server --model acme/chat --tp 2 --host 0.0.0.0", "lmsysorg/sglang:v0.5.2-cu126"),
     {"product": "sglang", "version": "0.5.2", "host": "0.0.0.0", "port": 30000, "auth": False, "cors_any": True,
      "options.tensor-parallel-size": "2", "options.model-path": "acme/chat"}),
    (words("sglang serve --model-path m --api-key $K --trust-remote-code"),
     {"host": "127.0.0.1", "loopback": True, "auth": True, "trust_remote_code": True}),
    (words("python -m sglang_router.launch_server --model-path m"), {"host": U, "loopback": U}),
    (words("python -m sglang.launch_server --config s.yaml"), {"auth": U, "host": U, "port": U}),
    # TGI and TEI
    (words("--model-id acme/chat --trust-remote-code", "ghcr.io/huggingface/text-generation-inference:3.3.4", args=True),
     {"product": "tgi", "version": "3.3.4", "host": "0.0.0.0", "port": 80, "auth": False, "trust_remote_code": True, "cors_any": True}),
    (words("text-generation-launcher --model-id m -p8081", env={"API_KEY": "", "HOSTNAME": "pod-0"}),
     {"port": 8081, "auth": False, "host": "0.0.0.0"}),
    (words("text-generation-launcher --hostname 127.0.0.1 --cors-allow-origin https://a.test", env={"API_KEY": None}),
     {"port": 3000, "auth": True, "loopback": True, "cors_any": False}),
    (words("text-generation-launcher --hostname $H"), {"host": U, "loopback": U}),
    (words("--model-id m", "ghcr.io/huggingface/text-embeddings-inference:89-1.8.2", args=True),
     {"product": "tei", "version": "1.8.2", "port": 80, "trust_remote_code": None}),
    (Launch(image="ghcr.io/huggingface/text-embeddings-inference:latest"), {"version": None}),
    # Triton
    (words("tritonserver --model-repository=/m --model-control-mode=explicit", TRITON),
     {"product": "triton", "version": "25.09", "host": "0.0.0.0", "port": 8000, "auth": False, "tls": False, "cors_any": False,
      "options.model-control-mode": "explicit", "trust_remote_code": None}),
    (words("tritonserver --http-restricted-api=model-repository,trace:x-key=s3 --http-restricted-api=inference:x-key=s4", TRITON),
     {"auth": True, "options.http-restricted-api": "model-repository,trace,inference", "secret_in_argv": True}),
    (words("tritonserver --http-restricted-api shared-memory:k=$K", TRITON), {"auth": False, "secret_in_argv": False}),
    (words("tritonserver --allow-http=false --grpc-use-ssl=true --grpc-address 127.0.0.1", TRITON),
     {"port": 8001, "tls": True, "loopback": True}),
    (words("tritonserver", TRITON, more_argv=True), {"auth": U, "host": U}),
    # Ollama
    (Launch(image="ollama/ollama:0.17.0"),
     {"product": "ollama", "version": "0.17.0", "host": "0.0.0.0", "port": 11434, "auth": False, "cors_any": False, "tls": False}),
    (words("serve", "ollama/ollama", args=True, env={"OLLAMA_HOST": "http://[::1]:8080/", "OLLAMA_ORIGINS": "https://a.test,*"}),
     {"version": None, "host": "::1", "loopback": True, "port": 8080, "cors_any": True}),
    (words("ollama serve"), {"host": "127.0.0.1", "loopback": True, "version": U}),
    (words("ollama serve", env={"OLLAMA_HOST": "0.0.0.0"}), {"host": "0.0.0.0", "port": 11434}),
    (words("ollama serve", env={"OLLAMA_HOST": "https://gpu.acme.test"}), {"loopback": U, "port": 443}),
    (words("ollama serve", env={"OLLAMA_HOST": ""}), {"host": "127.0.0.1", "port": 11434}),
    (words("ollama serve", env={"OLLAMA_HOST": None}), {"host": U, "loopback": U}),
    (words("ollama serve", more_env=True), {"host": U, "cors_any": U, "auth": False}),
    # llama.cpp
    (words("-m /models/a.gguf -ngl 99 --api-key k", LLAMA, args=True),
     {"product": "llama-cpp", "version": "b5002", "host": "0.0.0.0", "port": U, "auth": True, "cors_any": True,
      "options.model": "/models/a.gguf", "options.n-gpu-layers": "99", "secret_in_argv": True}),
    (words("llama-server -hf acme/m:Q4 --port 8080"), {"host": "127.0.0.1", "port": 8080, "auth": False, "tls": False}),
    (words("llama-server -m x --tools all"), {"cors_any": False, "options.tools": "all"}),
    (words("llama-server -m x", more_env=True), {"cors_any": U, "auth": U}),
    (words("--server -m x --host 0.0.0.0", "ghcr.io/ggml-org/llama.cpp:full", args=True), {"host": "0.0.0.0", "version": None}),
    (words("rpc-server -H 0.0.0.0 -p 50053", "ghcr.io/ggml-org/llama.cpp:full-cuda-b5002"),
     {"product": "llama-cpp-rpc", "version": "b5002", "host": "0.0.0.0", "port": 50053, "auth": False}),
    (words("rpc-server -c"), {"host": "127.0.0.1", "port": 50052}),
    # LiteLLM
    (words("--model gpt --port 8000", "ghcr.io/berriai/litellm:main-v1.77.3-stable", args=True),
     {"product": "litellm", "version": "1.77.3", "host": "0.0.0.0", "port": 8000, "auth": False, "cors_any": True, "default_secret": False}),
    (words("litellm -c /etc/l.yaml"), {"auth": U, "port": 4000, "options.config": "/etc/l.yaml"}),
    (words("litellm --config c.yaml", env={"LITELLM_MASTER_KEY": "sk-1234", "LITELLM_CORS_ORIGINS": "https://a.test"}),
     {"auth": True, "default_secret": True, "secret_in_env": True, "cors_any": False, "env.LITELLM_MASTER_KEY": "***"}),
    (words("litellm", env={"LITELLM_MASTER_KEY": None, "DATABASE_URL": "postgresql://u:pw@db/x"}),
     {"auth": True, "default_secret": U, "env.DATABASE_URL": "postgresql://u:***@db/x", "secret_in_env": True}),
    (Launch(image="ghcr.io/berriai/litellm:main-latest", config_mounts=("/app/config.yaml",)), {"auth": U, "version": None}),
    # KServe
    (words("--model_id=acme/chat --trust_remote_code --http_port=9000", "kserve/huggingfaceserver:v0.15.2-gpu", args=True),
     {"product": "kserve", "version": "0.15.2", "host": "0.0.0.0", "port": 9000, "auth": False, "trust_remote_code": True}),
    (words("--model_dir=/m", "kserve/sklearnserver:v0.15.0", args=True), {"trust_remote_code": None, "port": 8080}),
    (words("/manager", "kserve/kserve-controller:v0.15.0", args=True),
     {"product": "kserve-controller", "version": "0.15.0", "host": U, "auth": U}),
    # LMDeploy, TorchServe
    (words("lmdeploy serve api_server acme/chat --api-keys a b --allow-origins https://a.test", "openmmlab/lmdeploy:v0.10.0"),
     {"product": "lmdeploy", "version": "0.10.0", "host": "0.0.0.0", "port": 23333, "auth": True, "secret_in_argv": True,
      "options.api-keys": "***", "cors_any": False, "options.model": "acme/chat", "trust_remote_code": False}),
    (words("lmdeploy serve proxy --server-name 127.0.0.1"), {"port": 8000, "auth": False, "loopback": True, "trust_remote_code": None}),
    (Launch(image="pytorch/torchserve:0.12.0-gpu"), {"product": "torchserve", "host": "0.0.0.0", "port": 8080, "auth": False}),
    (Launch(image="pytorch/torchserve", config_mounts=("/home/model-server/",)), {"host": U, "auth": False, "tls": U}),
    (words("torchserve --start --ncs --model-store /m --models a=a.mar b=b.mar"),
     {"host": "127.0.0.1", "loopback": True, "auth": U, "options.models": "a=a.mar b=b.mar"}),
    (words("torchserve --start --disable-token-auth --ts-config c.properties"), {"auth": False, "host": U, "port": U}),
]  # fmt: skip


@pytest.mark.parametrize(("launch", "expected"), TABLE)
def test_facts(launch, expected):
    check(launch, expected)


@pytest.mark.parametrize(
    "launch",
    [
        words("vllm bench serve --model m"),
        words("vllm serve m --headless --data-parallel-size 8"),
        words("sglang generate"),
        words("ollama run llama3"),
        words("list", "ollama/ollama", args=True),
        words("ollama", "ollama/ollama"),
        words("sleep infinity", VLLM),
        words("-m x", "ghcr.io/ggml-org/llama.cpp:light", args=True),
        words("litellm --version"),
        words("litellm xai-oauth login"),
        words("lmdeploy chat acme/m"),
        words("torchserve --stop"),
        words("bash", "pytorch/torchserve", args=True),
        Launch(image=TRITON),
        words("bash run.sh", TRITON),
        words("--anything", "lmsysorg/sglang:latest", args=True),
    ],
)
def test_other_commands_of_the_same_products_are_no_servers(launch):
    assert recognise(launch) == []


@pytest.mark.parametrize(
    ("line", "weak"),
    [
        ("vllm serve m --api-key team-token", True),
        ("vllm serve m --api-key fourteen-chars", True),
        ("vllm serve m --api-key fifteen-charact", False),
        ("vllm serve m --api-key $KEY", None),
        ("vllm serve m --api-key change-me", True),
        ("vllm serve m --api-key your-api-key", True),
        ("vllm serve m --api-key xxx", True),
        ("vllm serve m --api-key '<token>'", None),
        ("vllm serve m", None),
        ("VLLM_API_KEY=short vllm serve m", True),
        ("DB_PASSWORD=short vllm serve m", None),
    ],
)
def test_a_short_literal_credential_is_weak(line, weak):
    from holdfast.collect.scripts import script
    from holdfast.core.asset import Asset

    found = [item for item in script(f"#!/bin/sh\n{line}\n".encode(), "a.sh") if isinstance(item, Asset)]
    assert [each.facts.weak_secret for each in found if each.kind == "server"] == [weak]
