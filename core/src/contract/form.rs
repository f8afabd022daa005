//! The form of a completion: what can be wrong with it whatever it answers.

use alloc::format;

use super::named;
use super::sight::Sight;
use crate::call::{Completion, RequestKind};
use crate::code::ERROR_WSMAN_REDIRECT_REQUESTED;
use crate::rule::Rule;

pub(super) fn judge<M: Copy>(completion: &Completion, sight: &mut Sight<M>) {
    if !completion.is_success() {
        return failure(completion, sight);
    }
    match completion.kind {
        RequestKind::User => {
            sight.reach(Rule::CL72);
            if completion.identity.is_none() {
                sight.breaks(Rule::CL72, &[], "a user was authorized without an identity".into());
            }
        }
        RequestKind::Quota => quota(completion, sight),
        RequestKind::Operation => {}
    }
}

fn failure<M: Copy>(completion: &Completion, sight: &mut Sight<M>) {
    sight.reach(Rule::CL53);
    let (call, error) = (named(completion.kind), completion.error);
    if let Some(context) = completion.context {
        let why = format!("the failure {error} of {call} carries the context {context}");
        sight.breaks(Rule::CL53, &[], why);
    }
    if completion.identity.is_some() {
        let why = format!("the failure {error} of {call} carries an identity");
        sight.breaks(Rule::CL53, &[], why);
    }
    if error == ERROR_WSMAN_REDIRECT_REQUESTED {
        sight.reach(Rule::CL73);
        let url = completion.extended.as_deref().unwrap_or_default();
        if !is_absolute_http(url) {
            let why = format!("a redirect of {call} to `{url}`, which is no absolute http(s) URL");
            sight.breaks(Rule::CL73, &[], why);
        }
    }
}

fn quota<M: Copy>(completion: &Completion, sight: &mut Sight<M>) {
    sight.reach(Rule::CL80);
    match completion.quota {
        None => sight.breaks(Rule::CL80, &[], "QueryQuota was answered with success and a NULL quota".into()),
        Some(quota) if quota.timeslot_s == 0 => {
            sight.breaks(Rule::CL80, &[], "QueryQuota was answered with a time slot of 0 seconds".into());
        }
        Some(_) => {}
    }
}

/// `http://host…` or `https://host…`, in the characters that RFC 3986 allows.
fn is_absolute_http(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host_and_port = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match host_and_port.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (host_and_port, ""),
    };
    let allowed = |c: char| c.is_ascii_graphic() && !r#"<>"\^`{|}"#.contains(c);
    let bracketed = host.starts_with('[') && host.ends_with(']') && host.len() > 2;
    let plain = !host.is_empty() && !host.contains(['[', ']', ':']);
    rest.chars().all(allowed) && (bracketed || plain) && (port.is_empty() || port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::is_absolute_http;

    #[test]
    fn cl_73_absolute_http_urls() {
        for good in
            ["http://a", "HTTPS://a.example:8443/x?y#z", "https://[::1]:5986/wsman", "https://[::1]/", "http://u@h/"]
        {
            assert!(is_absolute_http(good), "{good}");
        }
        let relative = ["", "//a/b", "/wsman", "http:a", "javascript:http://a", "ftp://a"];
        let without_host = ["http://", "http:///x", "http://:80", "https://[]/"];
        let malformed = ["http://a b", "http://a:99999", "http://a\n"];
        for bad in relative.into_iter().chain(without_host).chain(malformed) {
            assert!(!is_absolute_http(bad), "{bad}");
        }
    }
}
