#!/usr/bin/env python3
"""Reads a Delta table and writes its rows to another, with delta-rs' writer and nothing between: write_again.py TABLE OUT"""

import sys

from deltalake import DeltaTable, WriterProperties, write_deltalake

table = DeltaTable(sys.argv[1])
rows = table.to_pyarrow_dataset().scanner().to_reader()
write_deltalake(sys.argv[2], rows, writer_properties=WriterProperties(compression="ZSTD", compression_level=1))
