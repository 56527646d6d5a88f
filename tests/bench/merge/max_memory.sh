#!/bin/bash
# max_memory.sh TSUGI [FOLDER]: private memory of `tsugi merge --max-memory 1G` over models with an embedding of 2.8 GiB,
# looked at every 10 ms (RssAnon: mapped files do not count). The inputs are sparse files; each output takes 3 GB of
# FOLDER (default: the system's for temporary files) until it is removed. Fails above the limit.
set -euo pipefail
tsugi=$(realpath "${1:?usage: max_memory.sh TSUGI [FOLDER]}")
limit=1G
limit_kb=$((1000 * 1000 * 1000 / 1024))
work=$(mktemp -d "${2:-${TMPDIR:-/tmp}}/tsugi-memory-XXXXXX")
trap 'rm -rf "$work"' EXIT

# 256000 tokens of width 5872 in bf16: 3,006,464,000 bytes.
header='{"model.embed_tokens.weight":{"dtype":"BF16","shape":[256000,5872],"data_offsets":[0,3006464000]}}'
config='{"architectures":["LlamaForCausalLM"],"num_hidden_layers":0,"tie_word_embeddings":true,"vocab_size":256000}'
for model in base a b; do
  mkdir "$work/$model"
  echo "$config" > "$work/$model/config.json"
  {
    printf "\\x$(printf %02x ${#header})\\0\\0\\0\\0\\0\\0\\0%s" "$header"
  } > "$work/$model/model.safetensors"
  truncate -s $((8 + ${#header} + 3006464000)) "$work/$model/model.safetensors"
done

status=0
for method in linear ties; do
  more=$([ "$method" = linear ] || printf 'base_model: base\nparameters: {density: 0.5}')
  printf 'merge_method: %s\n%s\nmodels:\n- model: a\n  parameters: {weight: 1}\n- model: b\n  parameters: {weight: 1}\n' \
    "$method" "$more" > "$work/recipe.yaml"
  start=$(date +%s%N)
  (cd "$work" && exec "$tsugi" merge recipe.yaml out --max-memory $limit --no-manifest --quiet) &
  child=$!
  most=0
  while kill -0 "$child" 2> /dev/null; do
    now=$(awk '/^RssAnon:/ {print $2}' "/proc/$child/status" 2> /dev/null || true)
    [ "${now:-0}" -le "$most" ] || most=$now
    sleep 0.01
  done
  wait "$child"
  seconds=$((($(date +%s%N) - start) / 100000000))
  echo "$method: at most $((most / 1024)) MiB private of $limit allowed, $((seconds / 10)).$((seconds % 10)) s"
  [ "$most" -le "$limit_kb" ] || status=1
  rm -rf "$work/out"
done
exit $status
