//! What each operation of the reference host is about: a function of its number, so nothing needs to be remembered.

use wsman_authz_core::OperationId;
use wsman_authz_core::host::Shape;

/// The operations of the documentation: action, shape, and a number for the argument `operation`. The real numbers
/// are in no header (D14): these are arbitrary, and a plug-in must not rely on them.
const KINDS: [(&str, Shape, u32); 9] = [
    ("http://schemas.xmlsoap.org/ws/2004/09/transfer/Get", Shape::Simple, 1),
    ("http://schemas.xmlsoap.org/ws/2004/09/transfer/Put", Shape::Simple, 2),
    ("http://schemas.xmlsoap.org/ws/2004/09/transfer/Create", Shape::Object, 7),
    ("http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete", Shape::Simple, 4),
    ("http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate", Shape::Enumeration, 5),
    ("http://schemas.xmlsoap.org/ws/2004/08/eventing/Subscribe", Shape::Object, 6),
    ("http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command", Shape::Object, 8),
    ("http://schemas.example.org/printer/Pause", Shape::Simple, 9),
    ("http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate", Shape::Enumeration, 5),
];

const RESOURCES: [&str; 4] = [
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd",
    "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service",
    "http://schemas.example.org/printer",
    "http://schemas.microsoft.com/wbem/wsman/1/config",
];

/// What an operation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Story {
    pub(super) action: &'static str,
    pub(super) resource: &'static str,
    pub(super) shape: Shape,
    pub(super) number: u32,
}

impl Story {
    pub(super) const fn of(operation: OperationId) -> Self {
        let (action, shape, number) = KINDS[operation.0 as usize % KINDS.len()];
        Self { action, resource: RESOURCES[operation.0 as usize % RESOURCES.len()], shape, number }
    }
}

/// As the plug-in gets it: UTF-16 with a NUL.
pub(super) fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}
