package dev.larder;

import dev.larder.api.KeyOperations;
import dev.larder.repo.Repositories;
import dev.larder.repo.Repository;
import dev.larder.sign.KeyStore;
import java.io.IOException;
import java.util.List;

/// The keys of this server, and the repositories that are signed with them.
///
/// @param keys all of them
/// @param repositories those of our own
record ServerKeys(KeyStore keys, Repositories repositories) implements KeyOperations {
  @Override
  public List<String> usersOf(String key) {
    return users(key).stream().map(each -> "repository " + each.settings().name()).toList();
  }

  private List<Repository> users(String key) {
    return repositories.all().stream()
        .filter(each -> each.settings().keyNames().contains(key))
        .toList();
  }

  @Override
  public void changed(String key) throws IOException {
    for (Repository repository : users(key)) {
      repository.followKeys();
    }
  }
}
