package dev.larder;

import dev.larder.mirror.Mirror;
import dev.larder.repo.Content;
import dev.larder.repo.Repositories;
import dev.larder.repo.Repository;
import dev.larder.repo.Subtree;
import dev.larder.serve.Served;
import dev.larder.serve.Site;
import dev.larder.store.RelPath;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// What the package listener serves: the mirrors and repositories there are at the moment.
final class ServedContents implements Supplier<Served> {
  private final Mirrors mirrors;
  private final Repositories repositories;
  private volatile State state;

  ServedContents(Mirrors mirrors, Repositories repositories) {
    this.mirrors = mirrors;
    this.repositories = repositories;
    this.state = state(mirrors.all(), repositories.all());
  }

  private record State(List<Mirror> mirrors, List<Repository> repositories, Served served) {}

  @Override
  @SuppressWarnings("ReferenceEquality") // Another list is how a change shows.
  public Served get() {
    List<Mirror> mirrored = mirrors.all();
    List<Repository> now = repositories.all();
    State last = state;
    if (now != last.repositories() || mirrored != last.mirrors()) {
      last = state(mirrored, now);
      state = last;
    }
    return last.served();
  }

  private State state(List<Mirror> mirrored, List<Repository> now) {
    List<Content> contents = new ArrayList<>(mirrored);
    contents.addAll(now);
    List<Site.RootPath> roots = new ArrayList<>(RootPaths.of(mirrored));
    for (Repository repository : now) {
      for (String path : repository.settings().paths()) {
        roots.addFirst(alias(repository, path));
      }
    }
    return new State(mirrored, now, new Served(contents, roots));
  }

  /// A further path of a repository: the directory its last part names, or else the whole.
  private static Site.RootPath alias(Repository repository, String path) {
    String prefix = path.endsWith("/") ? path : path + "/";
    String bare = prefix.substring(0, prefix.length() - 1);
    String last = bare.substring(bare.lastIndexOf('/') + 1);
    Content content =
        repository.settings().directories().contains(last)
            ? new Subtree(repository, new RelPath(last))
            : repository;
    return new Site.RootPath(prefix, null, content);
  }
}
