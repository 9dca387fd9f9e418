#!/bin/sh
# Runs the file tests of one folder on every device that is here, with the Vulkan validation layers
# on. LL_BLESS=1 rewrites expected outputs.   run.sh RUN_TESTS LLAMAC FOLDER
set -eu
runner=$1 llamac=$2 folder=$3
set --
for device in $("$llamac" devices | cut -f1); do
  case $device in
    vulkan:0) set -- "$@" --device vulkan ;;
    cuda:0) set -- "$@" --device cuda ;;
  esac
done
[ "${LL_BLESS:-}" ] && set -- "$@" --bless
LLAMA_VULKAN_VALIDATION=1 exec "$runner" "$llamac" "$@" "$folder"
