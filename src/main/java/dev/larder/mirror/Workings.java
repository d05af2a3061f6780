package dev.larder.mirror;

import dev.larder.cache.Share;
import dev.larder.events.EventLog;
import dev.larder.format.Format;
import dev.larder.limits.FillTurns;
import dev.larder.store.RelPath;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Supplier;

/// The parts of a mirror that its classes share, made once in [Mirror#open].
///
/// @param terms what can be exchanged: settings, keys, upstreams
/// @param format of its files
/// @param upstreams where they come from
/// @param held which of them we have
/// @param share what they may take of the disk
/// @param kept which of them nothing removes
/// @param uses what clients asked for
/// @param ahead what is brought before a switch
/// @param traffic counters
/// @param turns whose turn it is to make us ask an upstream
/// @param events takes what happens
/// @param clock the time
record Workings(
    Supplier<Terms> terms,
    Format format,
    Upstreams upstreams,
    HeldFiles held,
    Share share,
    Kept kept,
    LastUse uses,
    Ahead ahead,
    Traffic traffic,
    FillTurns turns,
    EventLog events,
    InstantSource clock) {
  /// The settings as they are now.
  MirrorSettings settings() {
    return terms.get().settings();
  }

  /// What of the upstreams it follows now.
  Scope scope() {
    return terms.get().scope();
  }

  /// The indexes of `root` that clients use and that are still in the scope of the mirror.
  Set<RelPath> inUse(RelPath root) {
    return uses.indexes(index -> format.rootOf(index).equals(root) && scope().has(index));
  }
}
