//! Files that import each other in a circle.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

use super::imports::Import;

/// Circles, the largest first: in each, every file imports every other, through others of the same circle.
/// Files in the order of their names.
pub(crate) fn circles(imports: &[Import]) -> Vec<Vec<PathBuf>> {
    let mut graph = DiGraph::<&Path, ()>::new();
    let mut nodes = BTreeMap::new();
    for Import { from, to, .. } in imports {
        let [from, to] =
            [from, to].map(|file| *nodes.entry(file.as_path()).or_insert_with(|| graph.add_node(file)));
        graph.add_edge(from, to, ());
    }
    let circles = tarjan_scc(&graph).into_iter().filter(|files| files.len() > 1);
    let mut circles: Vec<Vec<PathBuf>> = circles
        .map(|files| {
            let mut files: Vec<PathBuf> = files.into_iter().map(|file| graph[file].to_owned()).collect();
            files.sort();
            files
        })
        .collect();
    circles.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    circles
}
