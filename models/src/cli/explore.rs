//! `explore`: the model in a browser.

use std::net::{Ipv4Addr, TcpListener};

use clap::Args;
use stateright::Model as _;
use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::fault::Fault;

use super::verify::{fault, scenario};
use crate::model::{Checked, Model, Scenario};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Where the page is served, to this machine only
    #[arg(long, value_name = "P", default_value_t = 3000, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// The scenario that is explored
    #[arg(long, value_name = "NAME", default_value = "pairs", value_parser = scenario)]
    scenario: &'static Scenario,
    /// `field=choice,…`, or `default`
    #[arg(long, value_name = "NAME", default_value = "default", value_parser = dialect)]
    dialect: Dialect,
    /// Put a mistake into one of the machines; one that makes a machine panic ends the page
    #[arg(long, value_name = "NAME", value_parser = fault)]
    fault: Option<Fault>,
}

fn dialect(text: &str) -> Result<Dialect, String> {
    Dialect::parse(text).map_err(|unknown| format!("{unknown}; or `default`"))
}

/// Serves until it is interrupted.
pub(super) fn run(options: &Options) -> Result<u8, String> {
    let address = (Ipv4Addr::LOCALHOST, options.port);
    // stateright panics where the port is taken.
    drop(TcpListener::bind(address).map_err(|error| format!("cannot serve at port {}: {error}", options.port))?);
    let model = Model { fault: options.fault, ..Model::new(options.scenario.clone(), options.dialect) };
    eprintln!("{}: {}", options.scenario.name, options.scenario.about);
    eprintln!("dialect {}", options.dialect);
    eprintln!("open http://127.0.0.1:{} in a browser; Ctrl-C ends", options.port);
    let _ = Checked::new(model).checker().serve(address);
    Ok(0)
}
