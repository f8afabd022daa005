//! The plug-in as its author writes it, and the exports that `export_plugin!` makes of it.

use std::ffi::c_void;

use windows_sys::Win32::System::RemoteManagement::WSMAN_SENDER_DETAILS;
use wsman_authz::{ApplicationInfo, Identity, OperationRequest, Plugin, StartError, UserGrant, UserRequest};

use super::policy::fresh;
use super::{Exports, Library};
use crate::payload::Payload;

struct Yes;

impl Plugin for Yes {
    type Context = Payload;

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Ok(Self)
    }

    fn authorize_user(&self, request: UserRequest<Payload>) {
        request.allow(UserGrant::new(Identity::HostProcess).context(fresh()));
    }

    fn authorize_operation(&self, request: OperationRequest<Payload>) {
        request.allow_with_context(fresh());
    }
}

wsman_authz::export_plugin!(Yes);

unsafe extern "system" {
    fn WSManPluginStartup(
        flags: u32,
        identification: *const u16,
        extra: *const u16,
        application: *mut *mut c_void,
    ) -> u32;
    fn WSManPluginShutdown(application: *const c_void, flags: u32, reason: u32) -> u32;
    fn WSManPluginAuthzUser(application: *const c_void, details: *const WSMAN_SENDER_DETAILS, flags: u32);
    fn WSManPluginAuthzOperation(
        application: *const c_void,
        details: *const WSMAN_SENDER_DETAILS,
        flags: u32,
        operation: u32,
        action: *const u16,
        resource: *const u16,
    );
    fn WSManPluginAuthzReleaseContext(context: *const c_void);
}

/// What an author of a plug-in ships.
#[derive(Debug)]
pub struct Shipped;

impl Library for Shipped {
    const EXPORTS: Exports = Exports {
        startup: WSManPluginStartup,
        shutdown: WSManPluginShutdown,
        user: WSManPluginAuthzUser,
        operation: WSManPluginAuthzOperation,
        release: WSManPluginAuthzReleaseContext,
    };
}
