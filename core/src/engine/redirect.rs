//! Which text may leave as the target of a redirect (CL-73).

use core::net::Ipv6Addr;

/// Whether `url` is an absolute http or https URL with a host, in the visible ASCII that RFC 3986 allows.
///
/// Strict on purpose: the host puts it into a `Location` header, so white space, control characters and anything
/// that a client could read in two ways are not let through. Page `WSMAN_PLUGIN_AUTHORIZE_USER`; the pages say
/// nothing about length, so neither do we.
///
/// ```
/// use wsman_authz_core::engine::is_redirect_url;
/// assert!(is_redirect_url("https://b.example:5986/wsman?PSVersion=3.0"));
/// assert!(!is_redirect_url("/wsman") && !is_redirect_url("ftp://b.example/") && !is_redirect_url("https:///x"));
/// ```
#[must_use]
pub fn is_redirect_url(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let known = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let behind = &rest[authority.len()..];
    known && is_authority(authority) && behind.bytes().all(is_uri_character) && escapes_are_whole(behind)
}

/// Every `%` stands before two hexadecimal digits.
fn escapes_are_whole(text: &str) -> bool {
    text.split('%').skip(1).all(|escaped| {
        let digits = escaped.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// Visible ASCII that RFC 3986 lets stand behind the host.
fn is_uri_character(byte: u8) -> bool {
    byte.is_ascii_graphic() && !br#""<>[\]^`{|}"#.contains(&byte)
}

/// `host` or `host:port`, without user information.
fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    // The parser would take a sign.
    let port_fits = port.is_none_or(|port| !port.starts_with('+') && port.parse::<u16>().is_ok());
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let bracketed = address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    let named = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_~".contains(&byte));
    port_fits && (bracketed || named)
}

#[cfg(test)]
mod tests {
    use super::is_redirect_url;

    #[test]
    fn cl_73_only_absolute_http_urls_pass() {
        for url in [
            "http://a",
            "HTTPS://a.example/",
            "http://[::1]:80/x",
            "http://a:65535?x#y",
            "http://[::1]/x",
            "http://a/%2F",
        ] {
            assert!(is_redirect_url(url), "{url}");
        }
        for url in [
            "",
            "a",
            "//a/b",
            "http:/a",
            "http://",
            "http://:80",
            "http://a:x",
            "http://a:65536",
            "https://u@a/",
            "http://a b",
            "http://a/\r\nX: y",
            "file://a/b",
            "http://a\\b",
            "http://ä/",
            "http://a:+80",
            "http://[]/",
            "http://[u@b]/",
            "http://a/<b>",
            "http://a/{b}",
            "http://a/%",
            "http://a/%2",
            "http://a/%zz",
            "http://a/%2Fb%2x",
        ] {
            assert!(!is_redirect_url(url), "{url}");
        }
    }
}
