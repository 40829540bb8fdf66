"""The bundled study's synthetic raw exports: invented learners, their answers, and planted warts, from one seed."""
