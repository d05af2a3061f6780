package dev.larder.settings;

import dev.larder.repo.RepositorySettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// A further path of a repository at which it never answers, since a mirror goes before it.
///
/// @param mirror the mirror's name
/// @param repository the repository's name
/// @param path the repository's further path
public record Shadow(String mirror, String repository, String path) {
  /// Those there are.
  ///
  /// @param mirrors names of mirrors
  public static List<Shadow> of(Collection<String> mirrors, List<RepositorySettings> repositories) {
    List<Shadow> shadows = new ArrayList<>();
    for (RepositorySettings repository : repositories) {
      for (String path : repository.paths()) {
        String top = RepositorySettings.top(path);
        if (mirrors.contains(top)) {
          shadows.add(new Shadow(top, repository.name(), path));
        }
      }
    }
    return shadows;
  }

  /// What is wrong.
  public String problem() {
    return "[mirror.%s] answers at /%s/ and below".formatted(mirror, mirror);
  }

  /// What to do, where the repository's settings do not stand in the configuration.
  public String remedy() {
    return "give the mirror another name, or write [repo.%s] into the configuration, with another path"
        .formatted(repository);
  }

  /// Both, for such a repository.
  public String sentence() {
    return "path %s of repository %s, which larder repo create made, answers nobody: %s; %s"
        .formatted(path, repository, problem(), remedy());
  }
}
