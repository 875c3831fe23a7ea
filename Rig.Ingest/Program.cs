using Rig.Ingest;

return await IngestProgram.RunAsync(args);
