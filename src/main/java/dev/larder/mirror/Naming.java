package dev.larder.mirror;

import dev.larder.format.Format;
import dev.larder.format.PathKind;
import dev.larder.repo.Generation;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.net.InetAddress;
import java.util.List;

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
    if (kind instanceof PathKind.Companion companion && !isPromised(path, known)) {
      return switch (of(companion.of(), client, format, known, clients)) {
        case Named owner ->
            new Named(
                Promise.companionOf(owner.promise()),
                owner.generation(),
                owner.aside(),
                owner.forAll());
        case Unnamed unnamed -> unnamed;
      };
    }
    return named(path, client, known, clients);
  }

  private static boolean isPromised(RelPath path, List<Generation> known) {
    for (Generation generation : known) {
      if (generation.find(path) != null) {
        return true;
      }
    }
    return false;
  }

  private static Naming named(
      RelPath path, InetAddress client, List<Generation> known, ClientGenerations clients) {
    Named first = null;
    boolean ambiguous = false;
    for (Generation generation : known) {
      Expected expected = generation.find(path);
      if (expected == null) {
        continue;
      }
      if (first == null) {
        first = new Named(Promise.of(expected), generation, false, true);
      } else if (!first.promise().expected().equals(expected)) {
        ambiguous = true;
      }
    }
    if (first == null) {
      return new Unnamed(!known.isEmpty() && known.getFirst().covers(path.parent()));
    }
    return ambiguous ? forClient(path, first, clients.last(client, path.parent()), known) : first;
  }

  private static Named forClient(RelPath path, Named first, long last, List<Generation> known) {
    for (Generation generation : known) {
      Expected expected = generation.number() == last ? generation.find(path) : null;
      if (expected != null) {
        boolean aside = !expected.equals(first.promise().expected());
        return new Named(Promise.of(expected), generation, aside, false);
      }
    }
    return new Named(first.promise(), first.generation(), false, false);
  }
}
