//! The binary provides the three completion functions to the plug-in libraries that it loads, so its executable must
//! list them among its dynamic symbols. On Windows they come from `wsmsvc.dll` instead.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        for name in
            ["WSManPluginAuthzUserComplete", "WSManPluginAuthzOperationComplete", "WSManPluginAuthzQueryQuotaComplete"]
        {
            println!("cargo:rustc-link-arg-bins=-Wl,--export-dynamic-symbol={name}");
        }
    }
}
