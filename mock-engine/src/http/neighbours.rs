//! The engines of a process, by name.

use std::sync::{Arc, Mutex, Weak};

use super::App;
use crate::engine::locking::lock;

/// The engines that know each other. Clones share the list; it keeps no engine alive.
#[derive(Debug, Clone, Default)]
pub(crate) struct Neighbours(Arc<Mutex<Vec<Weak<App>>>>);

impl Neighbours {
    /// Adds an engine.
    pub(crate) fn add(&self, app: &Arc<App>) {
        let mut list = lock(&self.0);
        list.retain(|other| other.strong_count() > 0);
        list.push(Arc::downgrade(app));
    }

    /// All engines, in the order in which they started.
    pub(crate) fn all(&self) -> Vec<Arc<App>> {
        lock(&self.0).iter().filter_map(Weak::upgrade).collect()
    }

    /// The engine of a name.
    pub(crate) fn find(&self, name: &str) -> Option<Arc<App>> {
        let list = lock(&self.0);
        let mut engines = list.iter().filter_map(Weak::upgrade);
        engines.find(|app| app.engine.settings.name == name)
    }
}
