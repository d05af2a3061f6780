package dev.larder.mirror;

import dev.larder.format.Format;
import dev.larder.format.PathKind;
import dev.larder.repo.Generation;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which bytes a path means to a client. A name resolves in the current generation, then in the
/// held ones, newest first. Only where two generations mean different bytes by the same name does
/// it matter who asks.
sealed interface Naming {
  /// Some generation names it.
  ///
  /// @param promise the right bytes
  /// @param generation that says so
  /// @param aside the name means other bytes in the current generation
  /// @param forAll every client gets the same bytes by this name
  record Named(Promise promise, Generation generation, boolean aside, boolean forAll)
      implements Naming {}

  /// No generation names it.
  ///
  /// @param covered we have an index of its directory, which does not name it
  record Unnamed(boolean covered) implements Naming {}

  /// Resolves `path` for `client`.
  ///
  /// @param known generations, newest first
  static Naming of(
      RelPath path,
      InetAddress client,
      Format format,
      List<Generation> known,
      ClientGenerations clients) {
    PathKind kind = format.kind(path);
    Named first = null;
    boolean ambiguous = false;
    for (Generation generation : known) {
      Promise promise = promise(generation, path, kind);
      if (promise == null) {
        continue;
      }
      if (first == null) {
        first = new Named(promise, generation, false, true);
      } else if (!first.promise().equals(promise)) {
        ambiguous = true;
      }
    }
    if (first == null) {
      return new Unnamed(!known.isEmpty() && known.getFirst().covers(path.parent()));
    }
    if (!ambiguous) {
      return first;
    }
    long last = clients.last(client, path.parent(), format.rootOf(path));
    for (Generation generation : known) {
      Promise promise = generation.number() == last ? promise(generation, path, kind) : null;
      if (promise != null) {
        return new Named(promise, generation, !promise.equals(first.promise()), false);
      }
    }
    return new Named(first.promise(), first.generation(), false, false);
  }

  /// What `generation` says of `path`; of a companion it does not describe, that it belongs to the
  /// package's bytes.
  private static @Nullable Promise promise(Generation generation, RelPath path, PathKind kind) {
    Expected expected = generation.find(path);
    if (expected != null) {
      return Promise.of(expected);
    }
    Expected owner =
        kind instanceof PathKind.Companion companion ? generation.find(companion.of()) : null;
    return owner == null ? null : Promise.companionOf(Promise.of(owner));
  }
}
