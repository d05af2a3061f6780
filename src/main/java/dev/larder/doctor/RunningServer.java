package dev.larder.doctor;

import dev.larder.config.Addresses;
import dev.larder.config.Reachable;
import dev.larder.store.Layout;
import dev.larder.wire.Json;
import dev.larder.wire.ServerInfo;
import dev.larder.wire.Status;
import dev.larder.wire.VersionInfo;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What stands at the address of a console.
final class RunningServer {
  private static final int PATIENCE_MILLIS = 3_000;
  private static final int LONGEST = 64 * 1024;
  private static final int LONGEST_STATUS = 64 << 20;

  private final InetSocketAddress console;

  RunningServer(InetSocketAddress console) {
    this.console = console;
  }

  /// Whether it is a Larder: any answer of ours has its problem or version in JSON.
  boolean isOurs() {
    try {
      HttpURLConnection connection = connection("/api/v1/version");
      try {
        int status = connection.getResponseCode();
        String type = String.valueOf(connection.getContentType());
        // Without the token it refuses, in its own way of refusing, unless everybody may read.
        return type.startsWith("application/problem+json")
            || (status == 200 && type.startsWith("application/json") && isVersion(connection));
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      return false;
    }
  }

  /// Asks where it serves packages, as `larder status` does.
  ///
  /// @param data the data directory that has its token
  /// @return by whose they are (`packages`, `mirror arch`, `repository internal`), addresses with
  ///   the ports that were chosen
  /// @throws IOException if it cannot be asked; the message says why
  Map<String, List<InetSocketAddress>> listeners(Path data) throws IOException {
    Path file = new Layout(data).cliToken();
    String token;
    try {
      token = Files.readString(file).strip();
    } catch (IOException e) {
      throw new IOException("its token in %s cannot be read".formatted(file), e);
    }
    HttpURLConnection connection = connection("/api/v1/status");
    connection.setInstanceFollowRedirects(false);
    connection.setRequestProperty("Authorization", "Bearer " + token);
    try {
      int status = connection.getResponseCode();
      if (status != 200) {
        throw new IOException("it answers " + status);
      }
      try (InputStream in = connection.getInputStream()) {
        return listeners(Json.response(in.readNBytes(LONGEST_STATUS), Status.class).server());
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("its answer cannot be read: " + e.getMessage(), e);
    } finally {
      connection.disconnect();
    }
  }

  private static Map<String, List<InetSocketAddress>> listeners(ServerInfo server) {
    Map<String, List<InetSocketAddress>> listeners = new LinkedHashMap<>();
    listeners.put("packages", addresses(server.packages()));
    server
        .own()
        .forEach((content, urls) -> {
          String repository = Layout.repositoryNamed(content);
          listeners.put(
              repository == null ? "mirror " + content : "repository " + repository,
              addresses(urls));
        });
    return listeners;
  }

  private static List<InetSocketAddress> addresses(List<String> urls) {
    return urls.stream()
        .map(url -> Addresses.parseWithPort(url.replaceFirst("^https?://", "")))
        .toList();
  }

  private HttpURLConnection connection(String path) throws IOException {
    URI uri = URI.create(Reachable.url("http", console) + path);
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
    connection.setConnectTimeout(PATIENCE_MILLIS);
    connection.setReadTimeout(PATIENCE_MILLIS);
    return connection;
  }

  private static boolean isVersion(HttpURLConnection connection) throws IOException {
    try (InputStream in = connection.getInputStream()) {
      return !Json.response(in.readNBytes(LONGEST), VersionInfo.class).version().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
