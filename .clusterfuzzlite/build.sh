#!/bin/bash -eu
# Builds each fuzz target into $OUT, with its corpus beside it: what ClusterFuzzLite and OSS-Fuzz call.
cd "$SRC/wsman-authz"
cargo fuzz build -O
release=fuzz/target/x86_64-unknown-linux-gnu/release
for target in $(cargo fuzz list); do
    cp "$release/$target" "$OUT/"
    zip -q -j "$OUT/${target}_seed_corpus.zip" "fuzz/corpus/$target"/*
    printf '[libfuzzer]\nmax_len = 4096\n' > "$OUT/$target.options"
done
