//! `judge`: a recorded trace, from a file or from standard input.

use std::path::PathBuf;

use clap::Args;
use wsman_authz_core::dialect::Dialect;

use super::{Format, Output, print};
use crate::judge::{Choice, Source, judge, render_text};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The trace, one JSON object a line; `-` is standard input
    trace: PathBuf,
    /// `field=choice,…`, `default`, or `all`; without it what the trace names, or else `all`: then a rule is broken
    /// only if it is broken under every dialect
    #[arg(long, value_name = "NAME", value_parser = super::dialect)]
    dialect: Option<::std::option::Option<Dialect>>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write the result to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(options: &Options) -> Result<u8, String> {
    let output = options.out.as_deref().map(Output::open).transpose()?;
    let choice = match options.dialect {
        None => Choice::AsTheTraceSays,
        Some(None) => Choice::Every,
        Some(Some(dialect)) => Choice::Only(dialect),
    };
    let report = judge(&Source::new(&options.trace), choice).map_err(|error| error.to_string())?;
    print(&options.format.present(&report, render_text)?, output)?;
    Ok(report.exit_code())
}
