//! The modules of a crate, read from its files, and which of them use which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The path of a module below the crate, such as `["cli", "io"]`. The crate's root has none.
pub type Module = Vec<String>;

/// A crate's files without tests and comments, one for each module.
#[derive(Debug)]
pub struct Sources {
    code: BTreeMap<Module, String>,
    /// What each module imports or re-exports, by the name that it has there.
    imports: BTreeMap<Module, BTreeMap<String, Vec<String>>>,
}

impl Sources {
    /// Reads a crate's directory `src`.
    pub fn read(source: &Path) -> Self {
        let mut code = BTreeMap::new();
        read_directory(source, &[], &mut code);
        let mut sources = Self {
            code,
            imports: BTreeMap::new(),
        };
        for (module, code) in &sources.code {
            let paths = use_paths(&part(code).0).into_iter();
            let named = paths.filter_map(|(path, name)| Some((name, sources.absolute(&path, module)?)));
            let named = named.collect();
            sources.imports.insert(module.clone(), named);
        }
        sources
    }

    /// The code of a module at the top of the crate, with that of the modules in it.
    pub fn code(&self, top: &str) -> String {
        let inside = self
            .code
            .iter()
            .filter(|(module, _)| module.first().is_some_and(|first| first == top));
        inside.map(|(_, code)| code.as_str()).collect()
    }

    /// The modules that each module uses. A name counts for the module that defines it, not for those that re-export it.
    pub fn uses(&self) -> BTreeMap<&Module, BTreeSet<&Module>> {
        let used = |module, code| {
            let imported = self.imports[module].values().cloned();
            let (_, rest) = part(code);
            let in_code = paths(&rest).filter_map(|path| {
                let imported = self.imports[module].get(&path[0]);
                match imported {
                    Some(imported) => Some([imported, &path[1..]].concat()),
                    None => self.absolute(&path, module),
                }
            });
            let all = imported.chain(in_code).map(|path| self.home(path));
            all.filter(|other| *other != module).collect()
        };
        let modules = self.code.iter();
        modules
            .map(|(module, code)| (module, used(module, code)))
            .collect()
    }

    /// The groups of modules that use each other in a cycle. A module may use the modules in it, and they may use it.
    pub fn cycles(&self) -> BTreeSet<BTreeSet<String>> {
        let mut uses = self.uses();
        for (module, used) in &mut uses {
            used.retain(|other| !module.starts_with(other) && !other.starts_with(module));
        }
        let reached = |start| {
            let mut reached = BTreeSet::new();
            let mut pending: Vec<&Module> = uses[start].iter().copied().collect();
            while let Some(next) = pending.pop() {
                if reached.insert(next) {
                    pending.extend(&uses[next]);
                }
            }
            reached
        };
        let reachable: BTreeMap<&Module, BTreeSet<&Module>> =
            self.code.keys().map(|module| (module, reached(module))).collect();
        let mut cycles = BTreeSet::new();
        for (module, others) in &reachable {
            if others.contains(module) {
                let cycle = others.iter().filter(|other| reachable[*other].contains(module));
                cycles.insert(cycle.map(|other| other.join("::")).collect());
            }
        }
        cycles
    }

    /// A path from the root of the crate; `None` if it begins in another crate or with a type.
    fn absolute(&self, path: &[String], module: &Module) -> Option<Vec<String>> {
        let supers = path.iter().take_while(|word| *word == "super").count();
        let (base, rest) = match path[0].as_str() {
            "crate" => (&[][..], &path[1..]),
            "self" => (module.as_slice(), &path[1..]),
            "super" => (&module[..module.len().checked_sub(supers)?], &path[supers..]),
            first => {
                let child = [module.as_slice(), &[first.to_owned()]].concat();
                self.code
                    .contains_key(&child)
                    .then_some((module.as_slice(), path))?
            }
        };
        Some([base, rest].concat())
    }

    /// The module that defines what an absolute path names.
    fn home(&self, mut path: Vec<String>) -> &Module {
        loop {
            let (module, _) = (0..=path.len())
                .rev()
                .find_map(|length| self.code.get_key_value(&path[..length]))
                .expect("the root");
            let rest = &path[module.len()..];
            match rest.first().and_then(|name| self.imports[module].get(name)) {
                Some(imported) if *imported != path => path = [imported, &rest[1..]].concat(),
                _ => return module,
            }
        }
    }
}

fn read_directory(directory: &Path, module: &[String], code: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(directory).expect("a readable directory") {
        let path = entry.expect("a readable directory").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        let inside = [module, &[name.to_owned()]].concat();
        if name == "tests" {
            continue;
        }
        if path.is_dir() {
            read_directory(&path, &inside, code);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let is_own = ["mod", "lib", "main"].contains(&name);
            let module = if is_own { module.to_vec() } else { inside };
            code.entry(module).or_default().push_str(&own_code(&path));
        }
    }
}

/// The code of a file without tests and comments.
fn own_code(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a readable file");
    let own = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = own.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Whether a line begins a `use`, of any visibility.
fn begins_use(line: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("pub").map_or(line, |rest| {
        let rest = rest.split_once(')').filter(|_| rest.starts_with('('));
        rest.map_or(line[3..].trim_start(), |(_, rest)| rest.trim_start())
    });
    line.starts_with("use ")
}

/// Parts code into its `use` trees, one after the other, and the rest.
fn part(code: &str) -> (String, String) {
    let (mut trees, mut rest, mut in_use) = (String::new(), String::new(), false);
    for line in code.split_inclusive('\n') {
        in_use |= begins_use(line);
        if in_use {
            trees.push_str(line);
            in_use = !line.contains(';');
        } else {
            rest.push_str(line);
        }
    }
    (trees, rest)
}

/// The paths of all `use` trees, with the names that they get.
fn use_paths(trees: &str) -> Vec<(Vec<String>, String)> {
    let mut found = Vec::new();
    for tree in trees.split(';') {
        if let Some((_, tree)) = tree.split_once("use ") {
            expand(tree, &[], &mut found);
        }
    }
    found
}

/// The paths in code without `use` trees.
fn paths(code: &str) -> impl Iterator<Item = Vec<String>> {
    code.match_indices("::").filter_map(|(at, _)| {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let before = &code[..at];
        let start = before.trim_end_matches(is_word).len();
        // Only the beginning of a path counts.
        if start == at || before[..start].ends_with("::") {
            return None;
        }
        let end = code[start..].find(|c| !is_word(c) && c != ':');
        let path = &code[start..end.map_or(code.len(), |end| start + end)];
        Some(
            path.split("::")
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    })
}

/// Reads one path of a `use` tree, adds it to `found` with its name, and returns the rest of the text.
fn expand<'a>(text: &'a str, prefix: &[String], found: &mut Vec<(Vec<String>, String)>) -> &'a str {
    let mut text = text.trim_start();
    if let Some(list) = text.strip_prefix('{') {
        text = list.trim_start();
        while !text.is_empty() && !text.starts_with('}') {
            text = expand(text, prefix, found).trim_start();
            text = text.strip_prefix(',').unwrap_or(text).trim_start();
        }
        return text.strip_prefix('}').unwrap_or(text);
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '*');
    let (word, rest) = text.split_at(end.unwrap_or(text.len()));
    let mut path = prefix.to_vec();
    if word != "*" && (word != "self" || prefix.is_empty()) {
        path.push(word.to_owned());
    }
    if let Some(rest) = rest.strip_prefix("::") {
        return expand(rest, &path, found);
    }
    let (name, rest) = match rest.trim_start().strip_prefix("as ") {
        Some(renamed) => {
            let end = renamed.find(|c: char| !c.is_alphanumeric() && c != '_');
            renamed.split_at(end.unwrap_or(renamed.len()))
        }
        None if word == "self" => (path.last().map_or("", String::as_str), rest),
        None => (word, rest),
    };
    let name = if ["*", "_"].contains(&name) {
        // Several imports may have no name, so each gets its own.
        path.join("::")
    } else {
        name.to_owned()
    };
    found.push((path, name));
    rest
}
