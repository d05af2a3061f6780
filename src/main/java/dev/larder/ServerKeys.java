package dev.larder;

import dev.larder.api.KeyOperations;
import dev.larder.events.EventLog;
import dev.larder.repo.Repositories;
import dev.larder.repo.Repository;
import dev.larder.sign.KeyStore;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// The keys of this server, and the repositories that are signed with them.
///
/// @param keys all of them
/// @param repositories those of our own
/// @param events takes what happens
record ServerKeys(KeyStore keys, Repositories repositories, EventLog events)
    implements KeyOperations {
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
    events.publish("key.changed", null, Map.of("key", key));
    IOException failure = null;
    for (Repository repository : users(key)) {
      try {
        repository.followKeys();
      } catch (IOException e) {
        if (failure == null) {
          failure = new IOException(repository.settings().name() + ": " + e.getMessage(), e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
