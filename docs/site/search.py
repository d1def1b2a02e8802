"""A search that works where the site is opened from the file system too, without a network."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files

SCRIPT = "assets/search_of_files.js"


@event_priority(-100)  # after the plugin that asks for a script from the network
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Our script in the place of the one that the plugin for reading offline would fetch."""
    config.extra["polyfills"] = [ExtraScriptValue(SCRIPT)]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the script."""
    source = Path(__file__).with_name("search_of_files.js")
    files.append(File.generated(config, SCRIPT, abs_src_path=str(source)))
    return files
