//! Reads Rust source as far as tidiness needs it: code without comments and texts, and how long its functions are.

/// A function of a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The line of its `fn`, from 1.
    pub line: usize,
    /// Its lines from `fn` to the closing brace.
    pub lines: usize,
}

/// The functions with a body, in order of their beginning.
///
/// ```
/// use wsman_authz_tests::functions::functions;
/// let found = functions("fn one() {\n    \"}\";\n}\nfn two();\n");
/// assert_eq!((found.len(), found[0].name.as_str(), found[0].lines), (1, "one", 3));
/// ```
#[must_use]
pub fn functions(source: &str) -> Vec<Function> {
    let code = code_only(source);
    let starts = code.match_indices("fn ").map(|(at, _)| at).filter(|at| !code[..*at].ends_with(is_word));
    starts.filter_map(|at| function_at(&code, at)).collect()
}

/// The function whose `fn` is at this place; `None` for one without a name or a body.
fn function_at(code: &str, at: usize) -> Option<Function> {
    let rest = &code[at + "fn ".len()..];
    let name: String = rest.chars().take_while(|letter| is_word(*letter)).collect();
    let (mut depth, mut parentheses) = (0usize, 0usize);
    let is_end = |letter: char| {
        match letter {
            '(' | '[' => parentheses += 1,
            ')' | ']' => parentheses = parentheses.saturating_sub(1),
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        matches!(letter, '}') && depth == 0 || matches!(letter, ';') && depth == 0 && parentheses == 0
    };
    let end = rest.find(is_end)?;
    let line = code[..at].lines().count().max(1) + usize::from(code[..at].ends_with('\n'));
    let has_body = rest[end..].starts_with('}') && !name.is_empty();
    has_body.then(|| Function { name, line, lines: rest[..end].matches('\n').count() + 1 })
}

/// The source with every comment, text and character blanked out; lines stay lines.
#[must_use]
pub fn code_only(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = blank_length(rest, code.chars().next_back());
        let (taken, next) = rest.split_at(if length == 0 { first.len_utf8() } else { length });
        if length == 0 {
            code.push_str(taken);
        } else {
            code.extend(taken.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }));
        }
        rest = next;
    }
    code
}

/// How many bytes at the beginning are a comment, a text or a character; 0 if it is code.
fn blank_length(rest: &str, before: Option<char>) -> usize {
    let to = |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return to("*/", 2);
    }
    if rest.starts_with('"') {
        return quoted(rest, '"');
    }
    if rest.starts_with('\'') {
        let mut letters = rest.chars().skip(1);
        let is_character = letters.next() == Some('\\') || letters.next() == Some('\'');
        return if is_character { quoted(rest, '\'') } else { 0 }; // A lifetime is code.
    }
    let hashes = rest.strip_prefix('r').map(|raw| raw.len() - raw.trim_start_matches('#').len());
    match hashes.filter(|hashes| rest[1 + hashes..].starts_with('"') && !before.is_some_and(is_word)) {
        Some(hashes) => to(&format!("\"{}", "#".repeat(hashes)), 2 + hashes),
        None => 0,
    }
}

/// The length of a text between quotes, with `\` before a quote that does not end it.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    let is_end = |letter: char| {
        let ends = letter == quote && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    };
    rest[1..].find(is_end).map_or(rest.len(), |at| at + 2)
}

/// Whether a letter belongs to a name.
fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(source: &str) -> Vec<(String, usize, usize)> {
        functions(source).into_iter().map(|found| (found.name, found.line, found.lines)).collect()
    }

    #[test]
    fn braces_in_texts_and_comments_do_not_count() {
        let source = "// fn no() {\nfn a<'x>(y: &'x [u8; 2]) {\n  let _ = ('{', \"}\\\"}\", r#\"}\"}\"#, '\\'');\n  /* } */\n}\n";
        assert_eq!(lengths(source), [("a".to_owned(), 2, 4)]);
    }

    #[test]
    fn a_function_in_a_function_counts_by_itself_too() {
        let source =
            "impl T {\n    fn outer() {\n        fn inner() {}\n    }\n\n    fn last() -> [u8; 1] {\n    }\n}\n";
        let found = [("outer".to_owned(), 2, 3), ("inner".to_owned(), 3, 1), ("last".to_owned(), 6, 2)];
        assert_eq!(lengths(source), found);
    }

    #[test]
    fn a_declaration_and_a_function_type_have_no_length() {
        assert_eq!(lengths("trait T {\n    fn declared(&self);\n}\ntype F = fn (u8) -> u8;\n"), []);
    }

    #[test]
    fn blanks_keep_lines_and_code() {
        assert_eq!(code_only("a /* b\nc */ d // e\n\"f\\\"\" g"), "a     \n     d     \n      g");
        assert_eq!(code_only("for r in b\"x\" { r\"y\" }"), "for r in b    {      }");
    }
}
