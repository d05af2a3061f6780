package dev.larder.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.access.Verb;
import dev.larder.sign.KeyKind;
import dev.larder.sign.KeyReport;
import dev.larder.sign.KeyStore;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.Json;
import dev.larder.wire.KeyInfo;
import dev.larder.wire.KeyList;
import dev.larder.wire.KeyRemoved;
import dev.larder.wire.KeyRequest;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The routes of the keys that sign repositories. Secrets come in by one of them and go out by
/// none.
final class KeyRoutes {
  private static final String PATH = "/api/v1/keys";

  private final KeyOperations operations;

  KeyRoutes(KeyOperations operations) {
    this.operations = operations;
  }

  void register(Routing routing) {
    Requirement read = Requirement.read();
    Requirement keys = Requirement.of(Verb.KEYS);
    routing.get(PATH, this::list, read);
    routing.post(PATH, "key.add", this::add, keys);
    routing.get(PATH + "/{name}", this::show, read);
    routing.delete(PATH + "/{name}", "key.remove", this::remove, keys);
    routing.get(PATH + "/{name}/public", this::publicKey, read);
    routing.post(PATH + "/{name}/rotate", "key.rotate", this::rotate, keys);
    routing.post(PATH + "/{name}/rotate/finish", "key.rotate.finish", this::finish, keys);
  }

  private void list(Context context) {
    KeyStore keys = operations.keys();
    json(context, new KeyList(keys.list().stream().map(this::wired).toList(), keys.warnings()));
  }

  private void show(Context context) throws IOException {
    json(context, wired(known(context)));
  }

  private KeyReport known(Context context) throws IOException {
    String name = context.pathParam("name");
    KeyReport key = operations.keys().info(name);
    if (key == null) {
      throw new RequestFailed(
          ErrorCode.UNKNOWN_KEY, "there is no key named " + name, "larder key list shows the keys");
    }
    return key;
  }

  private void publicKey(Context context) throws IOException {
    KeyReport key = known(context);
    byte[] open = operations.keys().publicKey(key.name());
    context
        .contentType(key.openPgp() ? "application/pgp-keys" : "application/x-pem-file")
        .result(open);
  }

  private void add(Context context) throws IOException {
    KeyRequest request = request(context.bodyAsBytes());
    String name = Objects.requireNonNullElse(request.name(), "");
    String how =
        request.secret() != null ? "imported" : request.socket() != null ? "agent" : "created";
    Gate.tell(context, name + " " + how);
    KeyReport key = added(name, request);
    Gate.tell(context, "%s %s %s".formatted(name, how, identity(key, key.current())));
    json(context, wired(key));
  }

  /// What tells one key from another in the audit log, long after it has been removed.
  private static String identity(KeyReport key, KeyReport.Version version) {
    return key.kind() + " " + version.fingerprint();
  }

  private KeyReport added(String name, KeyRequest request) throws IOException {
    String secret = request.secret();
    String socket = request.socket();
    if (secret != null) {
      forbid(request.kind(), request.userId(), request.expires(), socket, request.publicKey());
      return imported(name, secret, request.password());
    }
    if (socket != null) {
      forbid(request.kind(), request.userId(), request.expires(), request.password());
      return inAgent(name, socket, Objects.requireNonNullElse(request.publicKey(), ""));
    }
    forbid(request.password(), request.publicKey());
    String id = Objects.requireNonNullElse(request.kind(), KeyKind.OPENPGP_ED25519.id());
    KeyKind kind = KeyKind.of(id);
    if (kind == null) {
      throw bad(
          "there is no kind of keys named " + id,
          "take one of "
              + String.join(", ", Stream.of(KeyKind.values()).map(KeyKind::id).toList()));
    }
    String user = Objects.requireNonNullElse(request.userId(), name + " package signing key");
    return operations.keys().create(name, kind, user, request.expires());
  }

  /// Refuses fields that would be ignored.
  private static void forbid(@Nullable Object... others) {
    if (Arrays.stream(others).anyMatch(Objects::nonNull)) {
      throw bad(
          "the body says different things of where the key comes from",
          "send name with kind, userId and expires, or with secret and password, or with socket and publicKey");
    }
  }

  private KeyReport imported(String name, String secret, @Nullable String password)
      throws IOException {
    byte[] bytes = secret.getBytes(UTF_8);
    char[] letters = password == null || password.isEmpty() ? null : password.toCharArray();
    return secret.contains("-----BEGIN PGP")
        ? operations.keys().importOpenPgp(name, bytes, letters)
        : operations.keys().importPem(name, bytes, letters);
  }

  private KeyReport inAgent(String name, String socket, String publicKey) throws IOException {
    Path path;
    try {
      path = Path.of(socket);
    } catch (InvalidPathException e) {
      throw bad("socket is no path", "take what gpgconf --list-dirs agent-socket shows");
    }
    boolean isNew = operations.keys().info(name) == null;
    KeyReport key = operations.keys().useAgent(name, path, publicKey.getBytes(UTF_8));
    if (!isNew) {
      operations.changed(name);
    }
    return key;
  }

  private void rotate(Context context) throws IOException {
    String name = context.pathParam("name");
    Gate.tell(context, name);
    KeyReport key = operations.keys().rotate(name);
    KeyReport.Version next = key.next();
    if (next != null) {
      Gate.tell(context, name + " gets the successor " + identity(key, next));
    }
    operations.changed(key.name());
    json(context, wired(key));
  }

  private void finish(Context context) throws IOException {
    String name = context.pathParam("name");
    Gate.tell(context, name);
    KeyReport key = operations.keys().finishRotation(name);
    Gate.tell(context, name + " is " + identity(key, key.current()));
    operations.changed(key.name());
    json(context, wired(key));
  }

  /// One that is damaged can be removed too; then nothing can be told of it.
  private void remove(Context context) throws IOException {
    String name = context.pathParam("name");
    Gate.tell(context, name);
    operations.keys().remove(name, operations.usersOf(name));
    json(context, new KeyRemoved(name));
  }

  private KeyInfo wired(KeyReport key) {
    Instant now = operations.keys().now();
    Instant expires = key.current().expires();
    String warning = key.warning(now);
    String state =
        expires != null && !now.isBefore(expires)
            ? "expired"
            : key.next() != null ? "rotating" : warning != null ? "expiring" : "ok";
    return new KeyInfo(
        key.name(),
        key.kind(),
        key.origin().name().toLowerCase(Locale.ROOT),
        state,
        warning,
        operations.usersOf(key.name()),
        wired(key, key.current()),
        key.next() == null ? null : wired(key, key.next()),
        key.retired().stream().map(version -> wired(key, version)).toList());
  }

  private static KeyInfo.Version wired(KeyReport key, KeyReport.Version version) {
    return new KeyInfo.Version(
        version.number(),
        version.fingerprint(),
        version.userId(),
        version.added(),
        version.expires(),
        version.retiredAt(),
        version.publicKey(),
        key.openPgp() ? null : KeyStore.fingerprintFile(version.publicKey().getBytes(UTF_8)));
  }

  private static KeyRequest request(byte[] body) {
    try {
      return Json.request(body, KeyRequest.class);
    } catch (IllegalArgumentException e) {
      throw bad(
          "the body is not a key request: " + e.getMessage(), "send {\"name\": \"internal\"}");
    }
  }

  private static RequestFailed bad(String detail, String advice) {
    return new RequestFailed(ErrorCode.BAD_REQUEST, detail, advice);
  }

  private static void json(Context context, Object value) {
    context.contentType("application/json").result(Json.bytes(value));
  }
}
