package dev.larder.format.freebsd;

import dev.larder.format.InvalidIndex;
import dev.larder.format.TarMembers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/// A manifest's text taken apart: `+COMPACT_MANIFEST`, always JSON as pkg writes it, or
/// `+MANIFEST`, JSON or (`pkg create --expand-manifest`) UCL. Of files only the names are kept and
/// of scripts only that there are some, so that a manifest of a hundred thousand files is no
/// burden; and of what [Manifest] does not look at, nothing.
///
/// @param entries those of [Manifest#KEYS], in the order in which they came
/// @param files the paths it installs, as [FileNames] makes them
/// @param hasScripts whether there is a script in it
record ManifestText(Map<String, Ucl> entries, FileNames files, boolean hasScripts) {
  /// In bytes, unpacked. What is larger than [UclReader.Kind#maxSize()] has to be JSON.
  static final int MAX_SIZE = 128 << 20;

  /// What may be kept of a manifest, in bytes: characters, and for each value what holds it.
  private static final int MAX_HELD = 16 << 20;

  private static final int HOLDER = 128;

  /// Keys whose values are not kept.
  private enum Bulk {
    FILES,
    DIRECTORIES,
    SCRIPTS,
    UNKNOWN,
    NONE;

    static Bulk of(String key) {
      return switch (key) {
        case "files" -> FILES;
        case "directories" -> DIRECTORIES;
        case "scripts", "lua_scripts" -> SCRIPTS;
        default -> Manifest.KEYS.contains(key) ? NONE : UNKNOWN;
      };
    }
  }

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(UclReader.MAX_DEPTH)
                  .maxStringLength(2 * Manifest.MAX_TEXT)
                  .maxNameLength(3 * FileNames.MAX_LENGTH)
                  .maxNumberLength(64)
                  .build())
          .build();

  /// Reads a manifest of `size` bytes.
  ///
  /// @param where what is read, for messages
  /// @param text read to its end, not closed
  /// @throws InvalidIndex if it is not well-formed
  static ManifestText read(String where, InputStream text, long size) throws IOException {
    if (size > MAX_SIZE) {
      throw new InvalidIndex(where + ": is larger than " + MAX_SIZE + " bytes");
    }
    if (size > UclReader.Kind.MANIFEST.maxSize()) {
      return json(where, text);
    }
    byte[] bytes = text.readAllBytes();
    InvalidIndex fault = null;
    if (beginsObject(bytes)) {
      try {
        return json(where, new ByteArrayInputStream(bytes));
      } catch (InvalidIndex e) {
        fault = e; // unless it is UCL in braces
      }
    }
    try {
      return taken(where, UclReader.read(where, bytes, UclReader.Kind.MANIFEST));
    } catch (InvalidIndex e) {
      throw fault == null ? e : fault;
    }
  }

  /// Reads JSON of our own.
  ///
  /// @throws IllegalArgumentException if it is none
  static ManifestText own(String json) {
    try {
      return json("record", new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new IllegalArgumentException("the record of a package is damaged", e);
    }
  }

  private static boolean beginsObject(byte[] bytes) {
    for (byte b : bytes) {
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        return b == '{';
      }
    }
    return false;
  }

  // ---- UCL ------------------------------------------------------------------------------------

  private static ManifestText taken(String where, Ucl.Table table) throws InvalidIndex {
    Map<String, Ucl> entries = new LinkedHashMap<>();
    FileNames files = new FileNames(where);
    boolean scripts = false;
    for (Map.Entry<String, Ucl> entry : table.entries().entrySet()) {
      Bulk bulk = Bulk.of(entry.getKey());
      if (bulk == Bulk.NONE) {
        entries.put(entry.getKey(), entry.getValue());
      }
      if (bulk == Bulk.NONE || bulk == Bulk.UNKNOWN) {
        continue;
      }
      if (!(entry.getValue() instanceof Ucl.Table(Map<String, Ucl> names))) {
        throw new InvalidIndex(where + ": " + entry.getKey() + " is not an object");
      }
      scripts |= bulk == Bulk.SCRIPTS && !names.isEmpty();
      if (bulk != Bulk.SCRIPTS) {
        for (String name : names.keySet()) {
          files.add(name, bulk == Bulk.DIRECTORIES);
        }
      }
    }
    return new ManifestText(entries, files, scripts);
  }

  // ---- JSON -----------------------------------------------------------------------------------

  private static ManifestText json(String where, InputStream bytes) throws IOException {
    InputStreamReader text = new InputStreamReader(bytes, StandardCharsets.UTF_8);
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
      return new Reading(where, json).whole();
    } catch (JacksonIOException e) {
      throw e.getCause();
    } catch (JacksonException e) {
      throw new InvalidIndex(
          where + ": is not well-formed: " + TarMembers.shown(e.getOriginalMessage()), e);
    }
  }

  /// One JSON text being read.
  private static final class Reading {
    private final String where;
    private final JsonParser json;
    private final Map<String, Ucl> entries = new LinkedHashMap<>();
    private final FileNames files;
    private boolean scripts;
    private int held;

    Reading(String where, JsonParser json) {
      this.where = where;
      this.json = json;
      this.files = new FileNames(where);
    }

    ManifestText whole() throws IOException {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw fault("is not an object");
      }
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String key = json.currentName();
        Bulk bulk = Bulk.of(key);
        JsonToken token = json.nextToken();
        if (bulk == Bulk.NONE) {
          once(entries, key, value(token));
        } else if (bulk == Bulk.UNKNOWN) {
          json.skipChildren();
        } else if (token != JsonToken.START_OBJECT) {
          throw fault(key + " is not an object");
        } else {
          skim(bulk);
        }
      }
      if (json.nextToken() != null) {
        throw fault("something follows the object");
      }
      return new ManifestText(entries, files, scripts);
    }

    private void skim(Bulk bulk) throws IOException {
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        json.nextToken();
        json.skipChildren();
        switch (bulk) {
          case FILES -> files.add(name, false);
          case DIRECTORIES -> files.add(name, true);
          case SCRIPTS, UNKNOWN, NONE -> scripts = true;
        }
      }
    }

    private Ucl value(JsonToken token) throws InvalidIndex {
      return switch (token) {
        case START_OBJECT -> {
          hold(0);
          Map<String, Ucl> table = new LinkedHashMap<>();
          while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = json.currentName();
            once(table, key, value(json.nextToken()));
          }
          yield new Ucl.Table(table);
        }
        case START_ARRAY -> {
          hold(0);
          List<Ucl> elements = new ArrayList<>();
          for (JsonToken next = json.nextToken();
              next != JsonToken.END_ARRAY;
              next = json.nextToken()) {
            elements.add(value(next));
          }
          yield new Ucl.Many(elements);
        }
        case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE -> {
          String text = json.getString();
          hold(text.length());
          yield new Ucl.Text(text);
        }
        case null, default -> throw fault("has null where a value belongs");
      };
    }

    private void hold(int length) throws InvalidIndex {
      held += HOLDER + length;
      if (held > MAX_HELD) {
        throw fault("says more than can be kept of a package, " + MAX_HELD + " bytes");
      }
    }

    private void once(Map<String, Ucl> table, String key, Ucl value) throws InvalidIndex {
      hold(key.length());
      if (table.put(key, value) != null) {
        throw fault("states " + TarMembers.shown(key) + " twice");
      }
    }

    private InvalidIndex fault(String what) {
      return new InvalidIndex(where + ": " + what);
    }
  }
}
