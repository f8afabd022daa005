//! What a user wants to do: the action URI, with names for those that the interface lists.

use std::fmt;

macro_rules! actions {
    ($( $(#[$doc:meta])+ $Name:ident = $uri:literal; )+) => {
        /// The action of an operation. Compared exactly, as WS-Management does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action<'a> {
            $( $(#[$doc])+ $Name, )+
            /// Any other: the method that `Invoke` calls.
            Custom(&'a str),
        }

        impl<'a> Action<'a> {
            /// The action that a URI names.
            #[must_use]
            pub fn of(uri: &'a str) -> Self {
                match uri {
                    $( $uri => Self::$Name, )+
                    custom => Self::Custom(custom),
                }
            }

            /// The URI.
            #[must_use]
            pub const fn uri(self) -> &'a str {
                match self {
                    $( Self::$Name => $uri, )+
                    Self::Custom(uri) => uri,
                }
            }
        }
    };
}

actions! {
    /// Read one resource.
    Get = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get";
    /// Change one resource.
    Put = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Put";
    /// Make a resource. A shell is made so, too: look at the resource URI.
    Create = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Create";
    /// Delete a resource.
    Delete = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete";
    /// List resources.
    Enumerate = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate";
    /// Be told about events.
    Subscribe = "http://schemas.xmlsoap.org/ws/2004/08/eventing/Subscribe";
    /// Run a command in a shell.
    Command = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command";
}

impl fmt::Display for Action<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.uri())
    }
}

/// The host's number for the kind of operation. Microsoft never published what the numbers mean: log it, and decide
/// by [`Action`] and resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OperationNumber(pub(crate) u32);

impl OperationNumber {
    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for OperationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One operation, decoded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Operation {
    pub(crate) number: OperationNumber,
    pub(crate) action: String,
    pub(crate) resource: String,
}

#[cfg(test)]
mod tests {
    use super::Action;

    #[test]
    fn an_action_and_its_uri_name_each_other() {
        for action in [
            Action::Get,
            Action::Put,
            Action::Create,
            Action::Delete,
            Action::Enumerate,
            Action::Subscribe,
            Action::Command,
            Action::Custom("urn:x"),
        ] {
            assert_eq!(Action::of(action.uri()), action);
        }
    }
}
