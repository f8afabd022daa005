//! Sizes, offsets and constants of the C interface as this crate uses them, one line each: not a plug-in.
//!
//! `tests/windows/layout.c` prints the same lines from `wsman.h`; `tests/scripts/windows.sh` compares the two.

use std::ffi::c_void;
use std::mem::offset_of;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::RemoteManagement::{
    WSMAN_AUTHZ_QUOTA, WSMAN_CERTIFICATE_DETAILS, WSMAN_SENDER_DETAILS,
};
use windows_sys::core::{BOOL, PCWSTR};
use wsman_authz::{ShutdownReason, code};

/// One type, by the name that it has in C.
macro_rules! size {
    ($name:expr, $type:ty) => {
        println!("{} size {} align {}", $name, size_of::<$type>(), align_of::<$type>())
    };
}

/// One structure with all its fields.
macro_rules! structure {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        size!(stringify!($type), $type);
        let value = $type::default();
        // No field is left out: this would not compile.
        let $type { $($field: _),+ } = value;
        $(println!(
            "{}.{} offset {} size {}",
            stringify!($type), stringify!($field), offset_of!($type, $field), size_of_val(&value.$field)
        );)+
    };
}

/// One constant.
macro_rules! codes {
    ($($name:ident),+ $(,)?) => {
        $(println!("{} {}", stringify!($name), code::$name);)+
    };
}

fn main() {
    structure!(WSMAN_SENDER_DETAILS { senderName, authenticationMechanism, certificateDetails, clientToken, httpURL });
    structure!(WSMAN_CERTIFICATE_DETAILS { subject, issuerName, issuerThumbprint, subjectName });
    structure!(WSMAN_AUTHZ_QUOTA {
        maxAllowedConcurrentShells,
        maxAllowedConcurrentOperations,
        timeslotSize,
        maxAllowedOperationsPerTimeslot,
    });
    size!("BOOL", BOOL);
    size!("DWORD", u32);
    size!("HANDLE", HANDLE);
    size!("PVOID", *const c_void);
    size!("PCWSTR", PCWSTR);
    size!("WCHAR", u16);
    codes!(
        ERROR_SUCCESS,
        ERROR_ACCESS_DENIED,
        ERROR_NOT_ENOUGH_MEMORY,
        ERROR_INVALID_PARAMETER,
        ERROR_OPERATION_ABORTED,
        ERROR_INTERNAL_ERROR,
        ERROR_WSMAN_REDIRECT_REQUESTED,
        ERROR_REDIRECT_LOCATION_INVALID,
    );
    shutdown_reason("SYSTEM", ShutdownReason::System);
    shutdown_reason("SERVICE", ShutdownReason::Service);
    shutdown_reason("IISHOST", ShutdownReason::IisHost);
    shutdown_reason("IDLETIMEOUT_ELAPSED", ShutdownReason::IdleTimeout);
}

/// The number that this crate reads as this reason.
fn shutdown_reason(name: &str, reason: ShutdownReason) {
    let number = (0..=u32::from(u8::MAX)).find(|number| ShutdownReason::from(*number) == reason);
    println!("WSMAN_PLUGIN_SHUTDOWN_{name} {}", number.map_or_else(|| "none".to_owned(), |number| number.to_string()));
}
