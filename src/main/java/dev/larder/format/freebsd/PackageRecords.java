package dev.larder.format.freebsd;

import dev.larder.format.Format;
import dev.larder.format.InvalidIndex;
import dev.larder.format.TarMembers;
import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/// The packages that a catalogue's payload names. `packagesite.yaml` is one JSON object per line,
/// `data` one object on one line with the same records in its array `packages`; clients read lines
/// (`repo/binary/update.c`), so where a line ends is looked at.
///
/// A payload of 80 MB goes through a few buffers: no more than one record is ever held, and of each
/// earlier one the sixteen bytes that tell whether a later one contradicts it.
final class PackageRecords {
  static final int MAX_RECORDS = 200_000;
  private static final int MAX_TEXT = 1 << 20;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          // The keys of a record are few, but those of its dependencies are all packages there are.
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(32)
                  .maxStringLength(MAX_TEXT)
                  .maxNameLength(4096)
                  .maxNumberLength(64)
                  .build())
          .build();

  private enum Key {
    NAME,
    VERSION,
    ABI,
    ARCH,
    SUM,
    PATH,
    REPOPATH,
    PKGSIZE;

    private final String text = name().toLowerCase(Locale.ROOT);

    static @Nullable Key of(@Nullable String text) {
      for (Key key : values()) {
        if (key.text.equals(text)) {
          return key;
        }
      }
      return null;
    }
  }

  private final String where;
  private final RelPath root;
  private final Abi abi;
  private final Format.Promises promises;
  private final JsonParser json;

  /// By 64 bits of a hash of the path, 64 of what was promised of it.
  private final Map<Long, Long> promised = new HashMap<>();

  private final MessageDigest digest = Checksum.Algorithm.SHA256.digest();
  private final Map<Key, String> values = new EnumMap<>(Key.class);
  private int records;

  private PackageRecords(String where, RelPath root, Format.Promises promises, JsonParser json) {
    this.where = where;
    this.root = root;
    this.abi = Abi.of(root);
    this.promises = promises;
    this.json = json;
  }

  /// Reads the payload of `data.pkg`.
  ///
  /// @param where what is read, for messages
  /// @param root the repository, to which the paths in it are relative
  /// @throws InvalidIndex if it is not well-formed
  static void readData(String where, RelPath root, InputStream payload, Format.Promises promises)
      throws IOException {
    read(where, root, payload, promises, PackageRecords::data);
  }

  /// Reads the payload of `packagesite.pkg`.
  ///
  /// @param where what is read, for messages
  /// @param root the repository, to which the paths in it are relative
  /// @throws InvalidIndex if it is not well-formed
  static void readLines(String where, RelPath root, InputStream payload, Format.Promises promises)
      throws IOException {
    read(where, root, payload, promises, PackageRecords::lines);
  }

  private interface Reading {
    void run(PackageRecords records) throws IOException;
  }

  private static void read(
      String where, RelPath root, InputStream payload, Format.Promises promises, Reading reading)
      throws IOException {
    // As UTF-8, whatever it looks like; a comment that is not in it is no reason to refuse.
    InputStreamReader text = new InputStreamReader(payload, StandardCharsets.UTF_8);
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
      PackageRecords records = new PackageRecords(where, root, promises, json);
      try {
        reading.run(records);
      } catch (JacksonIOException e) {
        throw e.getCause();
      } catch (JacksonException e) {
        String what = TarMembers.shown(e.getOriginalMessage());
        throw new InvalidIndex(
            where + ": " + records.which() + "is not well-formed JSON: " + what, e);
      }
    }
  }

  private void lines() throws IOException {
    int last = 0;
    for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
      int start = json.currentTokenLocation().getLineNr();
      if (token != JsonToken.START_OBJECT || start == last) {
        throw fault("is not a JSON object on a line of its own");
      }
      record();
      last = json.currentTokenLocation().getLineNr();
      if (last != start) {
        throw fault("goes over several lines; clients read one");
      }
    }
  }

  private void data() throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw fault("is not a JSON object");
    }
    int line = json.currentTokenLocation().getLineNr();
    Map<String, Boolean> seen = new HashMap<>();
    for (JsonToken token = json.nextToken();
        token == JsonToken.PROPERTY_NAME;
        token = json.nextToken()) {
      String key = json.currentName();
      JsonToken value = json.nextToken();
      switch (key) {
        case "groups", "expired_packages", "packages" -> {
          if (value != JsonToken.START_ARRAY || seen.put(key, true) != null) {
            throw fault(key + " is not one array");
          }
          elements(key.equals("packages"));
        }
        default -> json.skipChildren();
      }
    }
    if (!seen.containsKey("packages")) {
      throw fault("has no array packages");
    }
    if (json.currentTokenLocation().getLineNr() != line) {
      throw fault("goes over several lines; clients read one");
    }
    if (json.nextToken() != null) {
      throw fault("something follows the object");
    }
  }

  private void elements(boolean packages) throws IOException {
    for (JsonToken token = json.nextToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      if (token != JsonToken.START_OBJECT) {
        throw fault("an element of an array is not an object");
      }
      if (packages) {
        record();
      } else {
        json.skipChildren();
      }
    }
  }

  private void record() throws IOException {
    values.clear();
    if (++records > MAX_RECORDS) {
      throw fault("is one package too many: the limit is " + MAX_RECORDS);
    }
    for (JsonToken token = json.nextToken();
        token == JsonToken.PROPERTY_NAME;
        token = json.nextToken()) {
      Key key = Key.of(json.currentName());
      JsonToken value = json.nextToken();
      if (key == null) {
        json.skipChildren();
        continue;
      }
      JsonToken right = key == Key.PKGSIZE ? JsonToken.VALUE_NUMBER_INT : JsonToken.VALUE_STRING;
      if (value != right || json.getStringLength() == 0) {
        throw fault(key.text + " is not a " + (key == Key.PKGSIZE ? "whole number" : "text"));
      }
      if (values.put(key, json.getString()) != null) {
        throw fault("states " + key.text + " twice");
      }
    }
    check();
  }

  private void check() throws InvalidIndex {
    required(Key.NAME);
    required(Key.VERSION);
    checkAbi();
    String path = required(Key.PATH);
    String alias = values.getOrDefault(Key.REPOPATH, path);
    if (!alias.equals(path)) {
      throw fault("has another repopath than path: " + TarMembers.shown(alias));
    }
    String sum = required(Key.SUM);
    RelPath file = file(path, sum);
    promise(file, new Expected(size(), checksum(sum)));
  }

  private void checkAbi() throws InvalidIndex {
    if (!values.containsKey(Key.ABI) && !values.containsKey(Key.ARCH)) {
      throw fault("has neither abi nor arch");
    }
    for (Key key : new Key[] {Key.ABI, Key.ARCH}) {
      String given = values.get(key);
      if (given != null && !abi.admits(given)) {
        throw fault(
            "is for "
                + TarMembers.shown(given)
                + " in a repository for "
                + abi
                + "; clients would refuse the whole catalogue");
      }
    }
  }

  // Nothing but a package may be promised: a catalogue that could name data.pkg could pin itself.
  private RelPath file(String path, String sum) throws InvalidIndex {
    RelPath below = RelPath.orNull(path);
    RelPath file =
        below == null || below.isRoot()
            ? null
            : RelPath.orNull(root.isRoot() ? path : root + "/" + path);
    if (file == null || !(Place.of(file) instanceof Place.Archive place)) {
      throw fault("path is not that of a package: " + TarMembers.shown(path));
    }
    String hash = place.fileName().hash();
    if (hash != null && PkgSum.formOf(hash) == PkgSum.formOf(sum) && !sum.startsWith(hash)) {
      throw fault("has a hash in its file name that is not the start of its sum");
    }
    return file;
  }

  private long size() throws InvalidIndex {
    String text = required(Key.PKGSIZE);
    try {
      long size = Long.parseLong(text);
      if (size >= 0) {
        return size;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw fault("pkgsize is not a length: " + TarMembers.shown(text));
  }

  private Checksum checksum(String sum) throws InvalidIndex {
    try {
      return PkgSum.parse(sum);
    } catch (IllegalArgumentException e) {
      throw fault("sum " + e.getMessage() + ": " + TarMembers.shown(sum));
    }
  }

  private void promise(RelPath file, Expected expected) throws InvalidIndex {
    long what = hash(expected.size() + " " + expected.checksum());
    Long before = promised.putIfAbsent(hash(file.value()), what);
    if (before == null) {
      promises.promise(file, expected);
    } else if (before != what) {
      throw fault("promises other bytes for " + file + " than a record before it");
    }
  }

  private long hash(String text) {
    return ByteBuffer.wrap(digest.digest(text.getBytes(StandardCharsets.UTF_8))).getLong();
  }

  private String required(Key key) throws InvalidIndex {
    String value = values.get(key);
    if (value == null) {
      throw fault("has no " + key.text);
    }
    return value;
  }

  private InvalidIndex fault(String what) {
    return new InvalidIndex(where + ": " + which() + what);
  }

  // The record it is about, as far as it is known.
  private String which() {
    if (records == 0) {
      return "";
    }
    String name = values.get(Key.NAME);
    String version = values.get(Key.VERSION);
    String called = name == null ? "" : version == null ? name : name + "-" + version;
    return "record " + records + (called.isEmpty() ? " " : " (" + TarMembers.shown(called) + ") ");
  }
}
