//! The binary provides the three completion functions to the plug-in libraries that it loads, so its executable must
//! export them: on Linux as dynamic symbols, on Windows for the `wsmsvc.dll` that forwards to them, and says when the
//! process ends.

use std::env::var;
use std::path::Path;

/// The completion functions.
const NAMES: [&str; 3] =
    ["WSManPluginAuthzUserComplete", "WSManPluginAuthzOperationComplete", "WSManPluginAuthzQueryQuotaComplete"];

/// What that library calls at the end.
const ENDING: &str = "WSManAuthzProcessEnds";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |what: &str| var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    match (target("OS").as_str(), target("ENV").as_str()) {
        ("linux", _) => NAMES.iter().for_each(|name| link_binary(&format!("-Wl,--export-dynamic-symbol={name}"))),
        ("windows", environment) => {
            let folder = var("OUT_DIR").expect("cargo gives a build script a folder");
            let exports = Path::new(&folder).join("exports.def");
            std::fs::write(&exports, format!("EXPORTS\n    {}\n    {ENDING}\n", NAMES.join("\n    ")))
                .expect("a file in it");
            if environment == "msvc" {
                link_binary(&format!("/DEF:{}", exports.display()));
                // Nobody links against the executable; beside it, its import library could displace another.
                link_binary(&format!("/IMPLIB:{}", exports.with_extension("lib").display()));
            } else {
                link_binary(&exports.display().to_string());
            }
        }
        _ => {}
    }
}

/// Passes an argument to the linker of the binary.
fn link_binary(argument: &str) {
    println!("cargo:rustc-link-arg-bins={argument}");
}
