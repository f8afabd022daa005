//! Prints what the counting model of `scaling` says of many cores.

fn main() {
    print!("{}", wsman_authz_speed::scaling::table());
}
