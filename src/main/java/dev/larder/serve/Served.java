package dev.larder.serve;

import dev.larder.repo.Content;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is served at the moment. Repositories come and go while the server runs; then there is
/// another one of these.
public final class Served {
  private final List<Content> contents;
  private final List<Site.RootPath> roots;
  private final Map<String, Content> byName = new HashMap<>();

  /// @param contents served at `/<name>/` of the shared addresses
  /// @param roots paths that also answer at the top of the shared addresses; `/<name>/` of a
  ///   content goes before them
  public Served(List<? extends Content> contents, List<Site.RootPath> roots) {
    this.contents = List.copyOf(contents);
    this.roots = List.copyOf(roots);
    contents.forEach(content -> byName.put(content.name(), content));
  }

  List<Content> contents() {
    return contents;
  }

  List<Site.RootPath> roots() {
    return roots;
  }

  /// The content of that name, or null.
  @Nullable Content find(String name) {
    return byName.get(name);
  }
}
